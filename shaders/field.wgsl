// An image laid over a parallelogram in the world, such as decision regions over a latent plane.

struct Plane {
    origin: vec4<f32>,
    edge_u: vec4<f32>,
    edge_v: vec4<f32>,
    alpha: f32,
    padding_a: f32,
    padding_b: f32,
    padding_c: f32,
}

@group(1) @binding(0) var<uniform> plane: Plane;
@group(1) @binding(1) var image: texture_2d<f32>;
@group(1) @binding(2) var image_sampler: sampler;

struct Vertex {
    @builtin(position) position: vec4<f32>,
    @location(0) uv: vec2<f32>,
}

@vertex
fn vs_field(@builtin(vertex_index) vertex: u32) -> Vertex {
    var corners = array<vec2<f32>, 6>(
        vec2<f32>(0.0, 0.0), vec2<f32>(1.0, 0.0), vec2<f32>(0.0, 1.0),
        vec2<f32>(0.0, 1.0), vec2<f32>(1.0, 0.0), vec2<f32>(1.0, 1.0),
    );
    let uv = corners[vertex];
    let world = plane.origin.xyz + uv.x * plane.edge_u.xyz + uv.y * plane.edge_v.xyz;
    return Vertex(globals.clip_from_world * vec4<f32>(world, 1.0), uv);
}

@fragment
fn fs_field(in: Vertex) -> @location(0) vec4<f32> {
    let texel = textureSample(image, image_sampler, in.uv);
    return texel * plane.alpha; // the image is premultiplied
}
