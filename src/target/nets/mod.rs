//! The list of networks: a new network needs a file, a row here, and a row of `TargetKind`.

mod layers;
mod net;
pub mod lenet;
pub mod stress_net;
pub mod vgg;
pub mod resnet;
pub mod wide_lenet;

pub use layers::Layer;
pub use net::{IMAGES_PER_UNIT, Info, NO_TABLE, Net};

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::dataset::ImageShape;
use crate::experiment::{Experiment, Field, TargetKind};
use crate::generator::NetSize;

macro_rules! nets {
    ($($kind:ident($net:path),)+) => {
        /// A network that can be a target.
        #[derive(Module, Debug)]
        pub enum Network { $($kind($net),)+ }

        impl Network {
            /// A network of this kind for images of this shape; its weights must be overwritten from a stream.
            pub fn new(
                kind: TargetKind,
                experiment: &Experiment,
                shape: ImageShape,
                classes: usize,
                device: &Device,
            ) -> Self {
                match kind { $(TargetKind::$kind => Self::$kind(Net::of(experiment, shape, classes, device)),)+ }
            }

            /// Which network of the list it is.
            pub fn kind(&self) -> TargetKind {
                match self { $(Self::$kind(_) => TargetKind::$kind,)+ }
            }

            /// The penultimate features, `[n, width]`.
            pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
                match self { $(Self::$kind(net) => net.features(images),)+ }
            }

            /// Logits of the classes, or scaled maps, from features.
            pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
                match self { $(Self::$kind(net) => net.head(features),)+ }
            }

            /// Logits of the classes, or scaled maps.
            pub fn logits(&self, images: Tensor<4>) -> Tensor<2> {
                self.head(self.features(images))
            }

            /// Images evaluated in about 50 ms on one core.
            pub fn images_per_unit(&self) -> usize {
                match self { $(Self::$kind(net) => net.images_per_unit(),)+ }
            }
        }

        /// Properties of a kind of network.
        pub fn info(kind: TargetKind) -> &'static Info {
            match kind { $(TargetKind::$kind => &<$net>::INFO,)+ }
        }

        /// The layers of a kind of network, with the names of their tensors.
        pub fn layers(kind: TargetKind) -> Vec<Layer> {
            match kind {
                $(TargetKind::$kind => {
                    <$net as Net>::layers().into_iter().map(|layer| layer.in_network(stringify!($kind))).collect()
                })+
            }
        }
    };
}

nets! {
    LeNet(lenet::LeNet),
    Vgg16(vgg::Vgg16),
    ResNet(resnet::ResNet),
    WideLeNet(wide_lenet::WideLeNet),
    StressNet(stress_net::StressNet),
}

/// About the size of an experiment's target network.
pub fn size(experiment: &Experiment) -> NetSize {
    let size = info(experiment.network()).size;
    let has_width = Field::named("target_width").is_some_and(|field| field.applies(experiment));
    if has_width { size.with_width(experiment.target_width) } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{DatasetKind, Task};
    use crate::generator::weights::NamedTensor;

    #[test]
    fn every_network_predicts_what_its_task_needs() {
        let device = Device::flex();
        let experiment = Experiment { target_width: 2, ..Experiment::default() };
        for kind in TargetKind::ALL {
            let side = 28_usize.next_multiple_of(info(*kind).side_multiple);
            let shape = ImageShape { channels: 1, height: side, width: side };
            let network = Network::new(*kind, &experiment, shape, 10, &device);
            assert_eq!(network.kind(), *kind);
            assert!(
                network.images_per_unit() > 0
                    && (info(*kind).table.starts_with("Table") || info(*kind).table == NO_TABLE),
                "{kind}"
            );
            let outputs = network.logits(Tensor::zeros([2, 1, side, side], &device));
            let expected = if kind.task() == Task::Maps { side * side } else { 10 };
            assert_eq!(outputs.dims(), [2, expected], "{kind}");
        }
    }

    #[test]
    fn the_layers_of_every_network_name_each_of_its_tensors_once() {
        let experiment = Experiment { target_width: 2, ..Experiment::default() };
        for kind in TargetKind::ALL {
            let side = 28_usize.next_multiple_of(info(*kind).side_multiple);
            let shape = ImageShape { channels: 1, height: side, width: side };
            let network = Network::new(*kind, &experiment, shape, 10, &Device::flex());
            let mut named: Vec<String> = layers(*kind).iter().flat_map(Layer::tensors).collect();
            named.sort();
            let there: Vec<String> = NamedTensor::all(&network).into_iter().map(|t| t.name).collect();
            assert_eq!(named, there, "{kind}");
        }
    }

    #[test]
    fn an_experiment_whose_target_does_not_suit_its_task_has_the_tasks_default() {
        for (dataset, target, network) in [
            (DatasetKind::Mnist, TargetKind::Vgg16, TargetKind::Vgg16),
            (DatasetKind::Ivus, TargetKind::LeNet, TargetKind::StressNet),
            (DatasetKind::Masks, TargetKind::Vgg16, TargetKind::StressNet),
            (DatasetKind::Ivus, TargetKind::StressNet, TargetKind::StressNet),
        ] {
            assert_eq!(Experiment { dataset, target, ..Experiment::default() }.network(), network);
        }
        let odd = Experiment { dataset: DatasetKind::Mnist, target: TargetKind::StressNet, ..Experiment::default() };
        let error = odd.validated().unwrap_err().to_string();
        assert!(error.contains("target") && error.contains("lenet or vgg16"), "{error}");
    }
}
