// Shared by every shader of the latent view: globals, and the conversion from the world to the target.

const LEAST_SIZE: f32 = 0.65;
const MOST_SIZE: f32 = 1.8;

struct Globals {
    clip_from_world: mat4x4<f32>,
    // Scale (xy) and shift (zw) after projection; the identity except in the picking pass.
    target_from_ndc: vec4<f32>,
    background: vec4<f32>,
    ring: vec4<f32>,
    select: vec4<f32>,
    // Radii in px: pool, labelled, selected; then the width of the ring.
    radii: vec4<f32>,
    // Size of the image in px; in the picking pass, not the size of the target.
    viewport: vec2<f32>,
    // View depths at which fog begins and at which it is thickest.
    fog_range: vec2<f32>,
    fog_strength: f32,
    // 1 in 3-D, 0 in 2-D: shading, fog and perspective sizes.
    depth_cue: f32,
    reference_depth: f32,
    // Physical px per logical px.
    pixel_scale: f32,
    pool_alpha: f32,
    faded_alpha: f32,
    ghost_alpha: f32,
    padding: f32,
}

struct Projected {
    ndc: vec3<f32>,
    depth: f32,
    visible: bool,
}

@group(0) @binding(0) var<uniform> globals: Globals;

fn project(world: vec3<f32>) -> Projected {
    let clip = globals.clip_from_world * vec4<f32>(world, 1.0);
    let visible = clip.w > 1e-6 && clip.z >= 0.0 && clip.z <= clip.w;
    let ndc = clip.xyz / max(clip.w, 1e-6);
    return Projected(ndc, clip.w, visible);
}

fn px_from_ndc(ndc: vec2<f32>) -> vec2<f32> {
    return (ndc * vec2<f32>(0.5, -0.5) + 0.5) * globals.viewport;
}

// Output position of a corner given in px of the image; w is 1, so varyings are linear on the screen.
fn position_from_px(px: vec2<f32>, z: f32) -> vec4<f32> {
    let ndc = (px / globals.viewport - 0.5) * vec2<f32>(2.0, -2.0);
    return vec4<f32>(ndc * globals.target_from_ndc.xy + globals.target_from_ndc.zw, z, 1.0);
}

// A position outside the clip volume, which is never drawn.
fn nowhere() -> vec4<f32> {
    return vec4<f32>(4.0, 4.0, 0.5, 1.0);
}

// Share of the background in the colour of an object at this depth.
fn fog(depth: f32) -> f32 {
    let span = max(globals.fog_range.y - globals.fog_range.x, 1e-6);
    let share = clamp((depth - globals.fog_range.x) / span, 0.0, 1.0);
    return share * globals.fog_strength * globals.depth_cue;
}

// Perspective size of an object that has its nominal size at the target, within readable limits.
fn size_at(depth: f32) -> f32 {
    let perspective = clamp(globals.reference_depth / max(depth, 1e-6), LEAST_SIZE, MOST_SIZE);
    return mix(1.0, perspective, globals.depth_cue);
}

// Share of a pixel inside an edge, from its signed distance to the edge in px (negative inside).
fn coverage(distance: f32) -> f32 {
    return clamp(0.5 - distance, 0.0, 1.0);
}

fn premultiplied(rgb: vec3<f32>, alpha: f32) -> vec4<f32> {
    return vec4<f32>(rgb * alpha, alpha);
}

// `over` on top of `under`, both premultiplied.
fn blend(over: vec4<f32>, under: vec4<f32>) -> vec4<f32> {
    return over + under * (1.0 - over.a);
}
