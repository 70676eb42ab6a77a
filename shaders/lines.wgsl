// Thick lines and arrows: one quad per segment, positioned in the world, with widths in pixels.

const ARROW: u32 = 1u;
const DASHED: u32 = 2u;
const ON_TOP: u32 = 4u;
const CASED: u32 = 8u;
const HEAD_LENGTH: f32 = 3.4; // of an arrow head, in widths of its shaft, plus the least length below
const HEAD_LEAST: f32 = 3.2; // px
const HEAD_ASPECT: f32 = 0.42; // half the width of a head to its length
const HEAD_SHARE: f32 = 0.75; // largest share of a short arrow that its head takes
const NOTCH: f32 = 0.24; // depth of the notch in the back of a head
const DASH: f32 = 5.0; // px
const GAP: f32 = 3.5; // px
const CASING: f32 = 2.0; // px of background around a cased line
const LINE_FOG: f32 = 0.7; // distant lines keep more of their colour than points

// The pass: 0 the line, 1 its casing (below all lines), 2 the part hidden by points (3-D).
override phase: f32 = 0.0;

struct Line {
    a: vec3<f32>,
    width: f32,
    b: vec3<f32>,
    flags: u32,
    colour_a: u32,
    colour_b: u32,
    // Px left out at either end, for instance under a marker.
    trim_a: f32,
    trim_b: f32,
}

@group(1) @binding(0) var<storage, read> lines: array<Line>;

struct Vertex {
    @builtin(position) position: vec4<f32>,
    // Along and across the line from its start, in px.
    @location(0) at: vec2<f32>,
    @location(1) colour: vec4<f32>,
    @location(2) @interpolate(flat) size: vec4<f32>, // length, half width, head length, head half width
    @location(3) @interpolate(flat) flags: u32,
}

@vertex
fn vs_line(@builtin(vertex_index) vertex: u32) -> Vertex {
    var corners = array<vec2<f32>, 6>(
        vec2<f32>(0.0, -1.0), vec2<f32>(1.0, -1.0), vec2<f32>(0.0, 1.0),
        vec2<f32>(0.0, 1.0), vec2<f32>(1.0, -1.0), vec2<f32>(1.0, 1.0),
    );
    let line = lines[vertex / 6u];
    let corner = corners[vertex % 6u];
    var out: Vertex;
    out.position = nowhere();
    out.flags = line.flags;

    // Clipped at the near plane here, because the quad is built on the screen.
    var a = globals.clip_from_world * vec4<f32>(line.a, 1.0);
    var b = globals.clip_from_world * vec4<f32>(line.b, 1.0);
    if (a.z < 0.0 && b.z < 0.0) || line.width <= 0.0 {
        return out;
    }
    if a.z < 0.0 {
        a = mix(a, b, a.z / (a.z - b.z));
    } else if b.z < 0.0 {
        b = mix(b, a, b.z / (b.z - a.z));
    }
    let ndc_a = a.xyz / max(a.w, 1e-6);
    let ndc_b = b.xyz / max(b.w, 1e-6);
    let px_a = px_from_ndc(ndc_a.xy);
    let px_b = px_from_ndc(ndc_b.xy);
    let whole = distance(px_a, px_b);
    let trim_a = line.trim_a * globals.pixel_scale;
    let trim_b = line.trim_b * globals.pixel_scale;
    let len = whole - trim_a - trim_b;
    if len < 0.0 || ((line.flags & ARROW) != 0u && len < 0.5) {
        return out;
    }
    var along = vec2<f32>(1.0, 0.0);
    if whole > 1e-4 {
        along = (px_b - px_a) / whole;
    }
    let across = vec2<f32>(-along.y, along.x);

    let half_width = 0.5 * line.width * globals.pixel_scale;
    var head = 0.0;
    if (line.flags & ARROW) != 0u {
        let usual = HEAD_LENGTH * line.width + HEAD_LEAST;
        head = min(usual * globals.pixel_scale, HEAD_SHARE * len);
    }
    let head_half = max(head * HEAD_ASPECT, half_width);
    var reach = max(half_width, select(0.0, head_half, head > 0.0)) + 1.0;
    if phase == 1.0 {
        if (line.flags & CASED) == 0u {
            return out;
        }
        reach += CASING * globals.pixel_scale;
    }
    if phase == 2.0 && (line.flags & ON_TOP) != 0u {
        return out;
    }

    let t = mix(-reach, len + reach, corner.x);
    let y = corner.y * reach;
    let share = clamp((t + trim_a) / max(whole, 1e-4), 0.0, 1.0);
    var z = mix(ndc_a.z, ndc_b.z, share);
    var haze = LINE_FOG * fog(mix(a.w, b.w, share));
    if (line.flags & ON_TOP) != 0u {
        z = 0.0;
        haze = 0.0;
    }
    let raw = mix(unpack4x8unorm(line.colour_a), unpack4x8unorm(line.colour_b), share);
    out.colour = vec4<f32>(mix(raw.rgb, globals.background.rgb, haze), raw.a);
    out.at = vec2<f32>(t, y);
    out.size = vec4<f32>(len, half_width, head, head_half);
    out.position = position_from_px(px_a + along * (t + trim_a) + across * y, z);
    return out;
}

// Signed distance to the line with its head, negative inside.
fn outline(at: vec2<f32>, size: vec4<f32>, flags: u32) -> f32 {
    let len = size.x;
    let head = size.z;
    let shaft = len - head * (1.0 - 0.5 * NOTCH);
    let nearest = clamp(at.x, 0.0, max(select(len, shaft, head > 0.0), 0.0));
    var d = length(at - vec2<f32>(nearest, 0.0)) - size.y;
    if (flags & DASHED) != 0u {
        let dash = DASH * globals.pixel_scale;
        let period = (DASH + GAP) * globals.pixel_scale;
        let u = at.x - period * floor(at.x / period);
        d = max(d, abs(u - 0.5 * dash) - 0.5 * dash);
    }
    if head > 0.0 {
        let half_head = size.w;
        let y = abs(at.y);
        let side = (y - half_head * (len - at.x) / head) * head / length(vec2<f32>(head, half_head));
        let back = len - head * (1.0 - NOTCH * (1.0 - clamp(y / half_head, 0.0, 1.0))) - at.x;
        d = min(d, max(side, back));
    }
    return d;
}

@fragment
fn fs_line(in: Vertex) -> @location(0) vec4<f32> {
    let d = outline(in.at, in.size, in.flags);
    if phase == 1.0 {
        let cover = coverage(d - CASING * globals.pixel_scale);
        if cover <= 0.0 {
            discard;
        }
        return premultiplied(globals.background.rgb, 0.85 * cover * in.colour.a);
    }
    // A line thinner than a pixel is drawn fainter.
    let thin = min(2.0 * in.size.y, 1.0);
    let cover = coverage(d + in.size.y - max(in.size.y, 0.5)) * select(thin, 1.0, in.size.z > 0.0);
    if cover <= 0.0 {
        discard;
    }
    return premultiplied(in.colour.rgb, in.colour.a * cover * select(1.0, globals.ghost_alpha, phase == 2.0));
}
