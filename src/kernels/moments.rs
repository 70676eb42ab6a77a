//! A step of Adam in one pass over parameters, gradient and both moments.

/// One step of Adam with the corrections of its bias.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub betas: [f32; 2],
    /// The learning rate.
    pub rate: f32,
    /// Factor of the first moment.
    pub factor: f32,
    /// What is added to the root of the second moment.
    pub epsilon: f32,
}

impl Step {
    /// Moves parameters and moments.
    pub fn apply(&self, parameters: &mut [f32], gradient: &[f32], moment_1: &mut [f32], moment_2: &mut [f32]) {
        let [beta_1, beta_2] = self.betas;
        let [new_1, new_2] = [1.0 - beta_1, 1.0 - beta_2];
        for (((p, g), m), v) in parameters.iter_mut().zip(gradient).zip(moment_1).zip(moment_2) {
            *m = *m * beta_1 + g * new_1;
            *v = *v * beta_2 + g * g * new_2;
            *p -= *m * self.factor / (v.sqrt() + self.epsilon) * self.rate;
        }
    }
}
