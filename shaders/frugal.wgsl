// The window on a software adapter: egui's triangles, and the finished image onto the screen. No branches, because a software
// adapter computes both sides of each.

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) texel: vec2<f32>,
    @location(1) colour: vec4<f32>,
};

@group(0) @binding(0) var image: texture_2d<f32>;
@group(0) @binding(1) var image_sampler: sampler;

@vertex
fn corner(@location(0) ndc: vec2<f32>, @location(1) texel: vec2<f32>, @location(2) colour: vec4<f32>) -> Corner {
    return Corner(vec4<f32>(ndc, 0.0, 1.0), texel, colour);
}

// Gamma-encoded and premultiplied, as egui blends.
@fragment
fn paint(in: Corner) -> @location(0) vec4<f32> {
    return in.colour * textureSample(image, image_sampler, in.texel);
}

// One triangle over everything.
@vertex
fn everywhere(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let corner = vec2<f32>(f32(index & 1u), f32(index >> 1u));
    return vec4<f32>(corner * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn copy(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return textureLoad(image, vec2<i32>(position.xy), 0);
}
