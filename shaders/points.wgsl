// Samples as discs: one triangle around each disc, vertices read from storage buffers in drawing order.

const LABELLED: u32 = 1u;
const SELECTED: u32 = 2u;
const FADED: u32 = 4u;
const SCALE_SHIFT: u32 = 8u; // bits 8..16 of a style: size in sixteenths, 0 for the usual one
const SCALE_STEPS: f32 = 16.0;
const EDGE: f32 = 0.5; // px an edge reaches beyond its radius
const THINNEST: f32 = 0.5; // px; smaller discs become transparent instead
const HALO_WIDTH: f32 = 2.0; // width of the ring around a selected point, in widths of that of a labelled one
const AIR: f32 = 0.75; // opacity of the gap around a labelled point
const SHADE: f32 = 0.30; // darkening at the rim of a disc in 3-D

// 1 for visible points; less for the pass that shows marked points through those that hide them.
override ghost: f32 = 0.0;

@group(1) @binding(0) var<storage, read> order: array<u32>;
@group(1) @binding(1) var<storage, read> positions: array<f32>;
@group(1) @binding(2) var<storage, read> colours: array<u32>;
@group(1) @binding(3) var<storage, read> styles: array<u32>;

struct Vertex {
    @builtin(position) position: vec4<f32>,
    // From the centre, in px.
    @location(0) offset: vec2<f32>,
    @location(1) @interpolate(flat) colour: vec4<f32>,
    @location(2) @interpolate(flat) radius: f32,
    @location(3) @interpolate(flat) style: u32,
    @location(4) @interpolate(flat) index: u32,
}

@vertex
fn vs_point(@builtin(vertex_index) vertex: u32) -> Vertex {
    // Corners of the equilateral triangle around a disc of radius 1.
    var corners = array<vec2<f32>, 3>(
        vec2<f32>(0.0, 2.0),
        vec2<f32>(-1.7320508, -1.0),
        vec2<f32>(1.7320508, -1.0),
    );
    let index = order[vertex / 3u];
    let world = vec3<f32>(
        positions[3u * index],
        positions[3u * index + 1u],
        positions[3u * index + 2u],
    );
    let style = styles[index];
    let at = project(world);

    var radius = globals.radii.x;
    var alpha = globals.pool_alpha;
    if (style & LABELLED) != 0u {
        radius = globals.radii.y;
        alpha = 1.0;
    }
    if (style & SELECTED) != 0u {
        radius = max(radius, globals.radii.z);
        alpha = 1.0;
    }
    if (style & FADED) != 0u {
        alpha = globals.faded_alpha;
    }
    let scale = (style >> SCALE_SHIFT) & 255u;
    radius *= select(f32(scale) / SCALE_STEPS, 1.0, scale == 0u) * size_at(at.depth);
    let thin = max(radius, THINNEST);
    alpha *= (radius / thin) * (radius / thin);
    radius = thin;

    var reach = radius + EDGE;
    if (style & (LABELLED | SELECTED)) != 0u {
        reach += globals.radii.w * (2.0 + HALO_WIDTH);
    }

    let raw = unpack4x8unorm(colours[index]);
    let rgb = mix(raw.rgb, globals.background.rgb, fog(at.depth));

    var out: Vertex;
    out.offset = corners[vertex % 3u] * reach;
    out.colour = vec4<f32>(rgb, raw.a * alpha);
    out.radius = radius;
    out.style = style;
    out.index = index;
    out.position = position_from_px(px_from_ndc(at.ndc.xy) + out.offset, at.ndc.z);
    if !at.visible {
        out.position = nowhere();
    }
    return out;
}

// Slightly darker towards the rim, so that discs in 3-D can be told apart.
fn shaded(rgb: vec3<f32>, share: f32) -> vec3<f32> {
    return rgb * (1.0 - SHADE * globals.depth_cue * share * share);
}

@fragment
fn fs_pool(in: Vertex) -> @location(0) vec4<f32> {
    let distance = length(in.offset);
    let cover = coverage(distance - in.radius);
    if cover <= 0.0 {
        discard;
    }
    let rgb = shaded(in.colour.rgb, min(distance / in.radius, 1.0));
    return premultiplied(rgb, in.colour.a * cover);
}

// Labelled: a ring in the contrasting colour, with a gap around it. Selected: a second ring, in the accent colour.
@fragment
fn fs_marked(in: Vertex) -> @location(0) vec4<f32> {
    let distance = length(in.offset);
    let ring = globals.radii.w;
    let rgb = shaded(in.colour.rgb, min(distance / in.radius, 1.0));
    var colour = premultiplied(rgb, coverage(distance - in.radius));
    var edge = in.radius;
    if (in.style & LABELLED) != 0u {
        let band = coverage(distance - edge - ring);
        colour = blend(colour, premultiplied(globals.ring.rgb, globals.ring.a * band));
        edge += ring;
    }
    if (in.style & SELECTED) != 0u {
        let air = coverage(distance - edge - ring);
        colour = blend(colour, premultiplied(globals.background.rgb, air));
        let halo = coverage(distance - edge - ring * (1.0 + HALO_WIDTH));
        colour = blend(colour, premultiplied(globals.select.rgb, globals.select.a * halo));
    } else {
        let air = coverage(distance - edge - ring);
        colour = blend(colour, premultiplied(globals.background.rgb, AIR * air));
    }
    colour *= in.colour.a * mix(1.0, globals.ghost_alpha, ghost);
    if colour.a <= 0.004 {
        discard;
    }
    return colour;
}

@fragment
fn fs_pick(in: Vertex) -> @location(0) u32 {
    if length(in.offset) > in.radius + EDGE {
        discard;
    }
    return in.index + 1u;
}
