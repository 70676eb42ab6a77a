// Markers: outlined discs, rings, diamonds, squares, triangles and crosses, sized in pixels.

const SHAPE_MASK: u32 = 15u;
const RING: u32 = 1u;
const DIAMOND: u32 = 2u;
const SQUARE: u32 = 3u;
const TRIANGLE: u32 = 4u;
const CROSS: u32 = 5u;
const ON_TOP: u32 = 16u;
const CASED: u32 = 32u;
const CASING: f32 = 2.0; // px of background around a cased marker
const CORNERS: f32 = 1.45; // distance of a diamond's corners, in radii
const MARKER_BIT: u32 = 0x80000000u;
const SQUARE_SIDE: f32 = 0.88; // side for about the area of the disc of the same size
const DIAMOND_SIDE: f32 = 1.25;
const MARKER_FOG: f32 = 0.7;

override ghost: f32 = 0.0;

struct Marker {
    position: vec3<f32>,
    diameter: f32,
    fill: u32,
    stroke: u32,
    stroke_width: f32,
    flags: u32,
}

@group(1) @binding(0) var<storage, read> markers: array<Marker>;

struct Vertex {
    @builtin(position) position: vec4<f32>,
    @location(0) offset: vec2<f32>,
    @location(1) @interpolate(flat) fill: vec4<f32>,
    @location(2) @interpolate(flat) stroke: vec4<f32>,
    @location(3) @interpolate(flat) size: vec2<f32>, // radius, width of the outline
    @location(4) @interpolate(flat) flags: u32,
    @location(5) @interpolate(flat) index: u32,
}

@vertex
fn vs_marker(@builtin(vertex_index) vertex: u32) -> Vertex {
    var corners = array<vec2<f32>, 6>(
        vec2<f32>(-1.0, -1.0), vec2<f32>(1.0, -1.0), vec2<f32>(-1.0, 1.0),
        vec2<f32>(-1.0, 1.0), vec2<f32>(1.0, -1.0), vec2<f32>(1.0, 1.0),
    );
    let index = vertex / 6u;
    let marker = markers[index];
    let at = project(marker.position);
    let on_top = (marker.flags & ON_TOP) != 0u;
    let haze = select(MARKER_FOG * fog(at.depth), 0.0, on_top);
    let fill = unpack4x8unorm(marker.fill);
    let stroke = unpack4x8unorm(marker.stroke);
    let radius = 0.5 * marker.diameter * globals.pixel_scale;

    var out: Vertex;
    out.offset = corners[vertex % 6u] * (radius * CORNERS + (CASING + 1.0) * globals.pixel_scale);
    out.fill = vec4<f32>(mix(fill.rgb, globals.background.rgb, haze), fill.a);
    out.stroke = vec4<f32>(mix(stroke.rgb, globals.background.rgb, haze), stroke.a);
    out.size = vec2<f32>(radius, marker.stroke_width * globals.pixel_scale);
    out.flags = marker.flags;
    out.index = index;
    out.position = position_from_px(px_from_ndc(at.ndc.xy) + out.offset, select(at.ndc.z, 0.0, on_top));
    if !at.visible || marker.diameter <= 0.0 || (on_top && ghost > 0.0) {
        out.position = nowhere();
    }
    return out;
}

// Signed distance to the outer edge of the marker's shape.
fn outline(p: vec2<f32>, radius: f32, shape: u32) -> f32 {
    let q = abs(p);
    switch shape {
        case DIAMOND: {
            return (q.x + q.y - DIAMOND_SIDE * radius) * 0.70710678;
        }
        case SQUARE: {
            return max(q.x, q.y) - SQUARE_SIDE * radius;
        }
        case TRIANGLE: {
            // Upright, with its centroid at the centre; p.y points down.
            return max(q.x * 0.8660254 - p.y * 0.5, p.y) - 0.62 * radius;
        }
        case CROSS: {
            let r = vec2<f32>(q.x + q.y, abs(q.x - q.y)) * 0.70710678;
            return max(r.x - 1.1 * radius, r.y - 0.28 * radius);
        }
        default: {
            return length(p) - radius;
        }
    }
}

@fragment
fn fs_marker(in: Vertex) -> @location(0) vec4<f32> {
    let shape = in.flags & SHAPE_MASK;
    let d = outline(in.offset, in.size.x, shape);
    let inside = coverage(d + in.size.y);
    let band = coverage(d);
    // The coverages are nested, so the band's share is what the inside leaves.
    var colour = premultiplied(in.stroke.rgb, in.stroke.a * (band - inside));
    if shape != RING {
        colour += premultiplied(in.fill.rgb, in.fill.a * inside);
    }
    if (in.flags & CASED) != 0u {
        let air = coverage(d - CASING * globals.pixel_scale) - band;
        colour += premultiplied(globals.background.rgb, 0.85 * air * in.stroke.a);
    }
    colour *= mix(1.0, globals.ghost_alpha, ghost);
    if colour.a <= 0.004 {
        discard;
    }
    return colour;
}

@fragment
fn fs_pick(in: Vertex) -> @location(0) u32 {
    if outline(in.offset, in.size.x, in.flags & SHAPE_MASK) > 0.5 {
        discard;
    }
    return in.index | MARKER_BIT;
}
