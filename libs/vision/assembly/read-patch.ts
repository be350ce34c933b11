// Copy of src/patch/plane-sampler.ts and src/patch/colours.ts, four patch pixels at a time. Row starts are f64, everything along a row
// integers, colours f32: every operation comes in the same order.

const LUMA_BLACK: i32 = 16;
const CHROMA_ZERO: i32 = 128;

/**
 * Writes `3 · width · height` f32 of a patch. `width` is a multiple of four and every position lies within ±16,000 pixels.
 * `luma`, `u` and `v` are where the planes' first samples would be, whether rows that no sample reaches are there or not; a byte
 * and a row beyond the last sample are read. `starts` holds 4 · (luma samples + chroma samples) bytes twice over.
 */
export function readPatch(
  width: i32,
  height: i32,
  luma: usize,
  u: usize,
  v: usize,
  frameWidth: i32,
  frameHeight: i32,
  a: f64,
  b: f64,
  c: f64,
  d: f64,
  e: f64,
  f: f64,
  lumaSamples: i32,
  chromaSamples: i32,
  edge: bool,
  planar: bool,
  swapped: bool,
  scale: f32,
  offset: f32,
  starts: usize,
  out: usize,
): void {
  const chromaWidth = (frameWidth + 1) >> 1;
  const chromaHeight = (frameHeight + 1) >> 1;
  const chromaStarts = starts + ((<usize>(lumaSamples * lumaSamples)) << 3);
  const su = <i32>Math.floor(a * 65536 + 0.5);
  const sv = <i32>Math.floor(d * 65536 + 0.5);
  const chromaSu = <i32>Math.floor((a / 2) * 65536 + 0.5);
  const chromaSv = <i32>Math.floor((d / 2) * 65536 + 0.5);
  const lumaShare = <f32>(1 / (65536 * <f64>(lumaSamples * lumaSamples)));
  const chromaShare = <f32>(1 / (65536 * <f64>(chromaSamples * chromaSamples)));
  const plane = (<usize>(width * height)) << 2;
  for (let y = 0; y < height; y++) {
    writeStarts(y, lumaSamples, a, b, c, d, e, f, starts);
    writeStarts(y, chromaSamples, a / 2, b / 2, c / 2, d / 2, e / 2, f / 2, chromaStarts);
    for (let x = 0; x < width; x += 4) {
      const ys = means(
        luma,
        frameWidth,
        frameHeight,
        starts,
        lumaSamples,
        x,
        su,
        sv,
        edge,
        LUMA_BLACK,
        lumaShare,
      );
      const us = means(
        u,
        chromaWidth,
        chromaHeight,
        chromaStarts,
        chromaSamples,
        x,
        chromaSu,
        chromaSv,
        edge,
        CHROMA_ZERO,
        chromaShare,
      );
      const vs = means(
        v,
        chromaWidth,
        chromaHeight,
        chromaStarts,
        chromaSamples,
        x,
        chromaSu,
        chromaSv,
        edge,
        CHROMA_ZERO,
        chromaShare,
      );
      const light = f32x4.mul(f32x4.splat(1.164384), f32x4.sub(ys, f32x4.splat(<f32>LUMA_BLACK)));
      const cb = f32x4.sub(us, f32x4.splat(<f32>CHROMA_ZERO));
      const cr = f32x4.sub(vs, f32x4.splat(<f32>CHROMA_ZERO));
      const red = valueOf(f32x4.add(light, f32x4.mul(f32x4.splat(1.792741), cr)), scale, offset);
      const green = valueOf(
        f32x4.sub(
          f32x4.sub(light, f32x4.mul(f32x4.splat(0.213249), cb)),
          f32x4.mul(f32x4.splat(0.532909), cr),
        ),
        scale,
        offset,
      );
      const blue = valueOf(f32x4.add(light, f32x4.mul(f32x4.splat(2.112402), cb)), scale, offset);
      const first = swapped ? blue : red;
      const third = swapped ? red : blue;
      const pixel = <usize>(y * width + x);
      if (planar) {
        const at = out + (pixel << 2);
        v128.store(at, first);
        v128.store(at + plane, green);
        v128.store(at + plane + plane, third);
        continue;
      }
      const at = out + pixel * 12;
      const low = v128.shuffle<f32>(first, green, 0, 4, 1, 5);
      const high = v128.shuffle<f32>(first, green, 2, 6, 3, 7);
      v128.store(at, v128.shuffle<f32>(low, third, 0, 1, 4, 2));
      v128.store(at, v128.shuffle<f32>(v128.shuffle<f32>(low, third, 3, 5, 3, 5), high, 0, 1, 4, 5), 16);
      v128.store(at, v128.shuffle<f32>(third, high, 2, 6, 7, 3), 32);
    }
  }
}

/** Where each sample of a row's first pixel is: u and v in 16.16. */
function writeStarts(y: i32, n: i32, a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, starts: usize): void {
  let at = starts;
  for (let j = 0; j < n; j++) {
    const py = <f64>y + (<f64>j + 0.5) / <f64>n;
    for (let i = 0; i < n; i++) {
      const px = (<f64>i + 0.5) / <f64>n;
      store<i32>(at, <i32>Math.floor((a * px + b * py + c - 0.5) * 65536 + 128));
      store<i32>(at, <i32>Math.floor((d * px + e * py + f - 0.5) * 65536 + 128), 4);
      at += 8;
    }
  }
}

/** Mean of the samples of four pixels of a plane. */
function means(
  plane: usize,
  width: i32,
  height: i32,
  starts: usize,
  n: i32,
  x: i32,
  su: i32,
  sv: i32,
  edge: bool,
  beyond: i32,
  share: f32,
): v128 {
  const zero = i32x4.splat(0);
  const fraction = i32x4.splat(255);
  const uMost = i32x4.splat((width - 1) << 16);
  const vMost = i32x4.splat((height - 1) << 16);
  const half = i32x4.splat(32768);
  const widths = i32x4.splat(width);
  const lanes = i32x4.add(i32x4.splat(x), i32x4(0, 1, 2, 3));
  const stepsU = i32x4.mul(lanes, i32x4.splat(su));
  const stepsV = i32x4.mul(lanes, i32x4.splat(sv));
  let sum = zero;
  const end = starts + ((<usize>(n * n)) << 3);
  for (let at = starts; at < end; at += 8) {
    const us = i32x4.add(v128.load32_splat(at), stepsU);
    const vs = i32x4.add(v128.load32_splat(at, 4), stepsV);
    const cu = i32x4.max_s(zero, i32x4.min_s(uMost, us));
    const cv = i32x4.max_s(zero, i32x4.min_s(vMost, vs));
    if (edge) {
      sum = i32x4.add(sum, samples(plane, width, widths, cu, cv, fraction));
      continue;
    }
    // within half a pixel of the plane's pixel centres
    const within = v128.and(
      i32x4.le_s(i32x4.max_s(i32x4.sub(cu, us), i32x4.sub(us, cu)), half),
      i32x4.le_s(i32x4.max_s(i32x4.sub(cv, vs), i32x4.sub(vs, cv)), half),
    );
    const other = i32x4.splat(beyond << 16);
    if (!v128.any_true(within)) sum = i32x4.add(sum, other);
    else sum = i32x4.add(sum, v128.bitselect(samples(plane, width, widths, cu, cv, fraction), other, within));
  }
  return f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.splat(share));
}

/** Bilinear values, times 65536, at four positions of a plane. */
function samples(plane: usize, width: i32, widths: v128, cu: v128, cv: v128, fraction: v128): v128 {
  const at = i32x4.add(i32x4.mul(i32x4.shr_s(cv, 16), widths), i32x4.shr_s(cu, 16));
  const fu = v128.and(i32x4.shr_s(cu, 8), fraction);
  const fv = v128.and(i32x4.shr_s(cv, 8), fraction);
  // weights of the left and the right sample, beside each other as 16 bits
  const across = v128.or(i32x4.sub(i32x4.splat(256), fu), i32x4.shl(fu, 16));
  const a = plane + <usize>i32x4.extract_lane(at, 0);
  const b = plane + <usize>i32x4.extract_lane(at, 1);
  const c = plane + <usize>i32x4.extract_lane(at, 2);
  const d = plane + <usize>i32x4.extract_lane(at, 3);
  let upper = v128.load16_lane(a, i8x16.splat(0), 0);
  upper = v128.load16_lane(b, upper, 1);
  upper = v128.load16_lane(c, upper, 2);
  upper = v128.load16_lane(d, upper, 3);
  let lower = v128.load16_lane(a + width, i8x16.splat(0), 0);
  lower = v128.load16_lane(b + width, lower, 1);
  lower = v128.load16_lane(c + width, lower, 2);
  lower = v128.load16_lane(d + width, lower, 3);
  const top = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(upper), across);
  const bottom = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(lower), across);
  return i32x4.add(i32x4.mul(top, i32x4.sub(i32x4.splat(256), fv)), i32x4.mul(bottom, fv));
}

/** Colours 0–255, clamped, as the network wants them. */
function valueOf(colours: v128, scale: f32, offset: f32): v128 {
  const clamped = f32x4.max(f32x4.splat(0), f32x4.min(f32x4.splat(255), colours));
  return f32x4.add(f32x4.mul(clamped, f32x4.splat(scale)), f32x4.splat(offset));
}
