//! The window's questions to the engine. A question is one file (the question, its answer, how it is
//! answered) and one row below.

pub mod ask;
pub mod directions;
pub mod explain;
pub mod inspect;
pub mod ray;
pub mod probe;
pub mod vessel;

use std::sync::Arc;

use ask::{Ask, Scene};

/// From rows `Kind(module::Question)`: the enums that cross to the engine and back, and the latest answers.
macro_rules! questions {
    ($($(#[$doc:meta])* $kind:ident($module:ident::$question:ident);)*) => {
        /// A question to the engine about the shown run.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Question {
            $($(#[$doc])* $kind($module::$question),)*
        }

        /// The answer to the question of the same kind.
        #[derive(Debug, Clone)]
        pub enum Answer {
            $($(#[$doc])* $kind(Arc<<$module::$question as Ask>::Answer>),)*
        }

        /// The state kept between answers, for each kind.
        #[derive(Default)]
        pub struct Memory {
            $($module: <$module::$question as Ask>::Memory,)*
        }

        /// The latest answer of each kind.
        #[derive(Debug, Clone, Default)]
        pub struct Answers {
            $($(#[$doc])* pub $module: Latest<<$module::$question as Ask>::Answer>,)*
        }

        impl Question {
            /// Computes the answer; `None` if there is none, as for an unknown sample or missing weights.
            pub fn answer(self, memory: &mut Memory, scene: Scene<'_>) -> Option<Answer> {
                Some(match self {
                    $(Self::$kind(question) => Answer::$kind(Arc::new(question.answer(&mut memory.$module, scene)?)),)*
                })
            }
        }

        impl Answers {
            /// Clears all answers; the counts continue.
            pub fn cleared(self) -> Self {
                Self { $($module: Latest { answer: None, ..self.$module },)* }
            }

            /// Replaces the latest answer of the same kind.
            pub fn take(&mut self, answer: Answer) {
                match answer {
                    $(Answer::$kind(answer) => self.$module.take(answer),)*
                }
            }
        }

        $(impl From<$module::$question> for Question {
            fn from(question: $module::$question) -> Self {
                Self::$kind(question)
            }
        })*
    };
}

questions! {
    /// Prediction, loss and reconstruction of one train sample.
    Inspect(inspect::Inspect);
    /// The decoded image, prediction and step of a free latent point.
    Probe(probe::ProbePoint);
    /// Decoded images along the local principal directions at a latent point.
    Directions(directions::Around);
    /// The decoded ends of the step behind a proposal.
    Explain(explain::Explain);
    /// Mask, stress and prediction of one vessel.
    Vessel(vessel::VesselRequest);
}

/// The latest answer of one kind, and the number of answers.
#[derive(Debug, Clone)]
pub struct Latest<T> {
    /// `None` before the first one, and after `clear`.
    pub answer: Option<Arc<T>>,
    /// The number of answers so far, the version for cached drawings.
    pub version: u64,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { answer: None, version: 0 }
    }
}

impl<T> Latest<T> {
    /// Keeps an answer in place of the one before, and counts it.
    pub fn take(&mut self, answer: Arc<T>) {
        self.answer = Some(answer);
        self.version += 1;
    }

    /// Clears the answer; the count continues.
    pub fn clear(&mut self) {
        self.answer = None;
    }

    /// The latest answer, if there is one.
    pub fn get(&self) -> Option<&T> {
        self.answer.as_deref()
    }
}
