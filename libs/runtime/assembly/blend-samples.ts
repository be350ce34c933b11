// Copy of ScalarBlender in src/camera/temporal-blend.ts, eight samples at a time: integers of 16 bits throughout.

const POINT: i32 = 7;
const HALF: i16 = 64;

/** `data` holds `count` code values, `memory` as many i16 with seven bits below a code value; both are written. */
export function blendSamples(
  data: usize,
  memory: usize,
  count: i32,
  least: i32,
  still: i32,
  span: i32,
  slope: i32,
): void {
  const leasts = i16x8.splat(<i16>least);
  const stills = i16x8.splat(<i16>still);
  const spans = i16x8.splat(<i16>span);
  const slopes = i16x8.splat(<i16>slope);
  const halves = i16x8.splat(HALF);
  const none = i16x8.splat(0);
  let i: i32 = 0;
  for (; i + 8 <= count; i += 8) {
    const at = memory + ((<usize>i) << 1);
    const before = v128.load(at);
    const step = i16x8.sub(i16x8.shl(v128.load_ext<u8>(data + i), POINT), before);
    const beyond = i16x8.min_s(i16x8.max_s(i16x8.sub(i16x8.abs(step), stills), none), spans);
    const share = i16x8.add(leasts, i16x8.mul(beyond, slopes));
    const now = i16x8.add(before, i16x8.q15mulr_sat_s(step, share));
    v128.store(at, now);
    const codes = i16x8.shr_s(i16x8.add(now, halves), POINT);
    v128.store64_lane(data + i, i8x16.narrow_i16x8_u(codes, codes), 0);
  }
  for (; i < count; i++) {
    const at = memory + ((<usize>i) << 1);
    const before = <i32>load<i16>(at);
    const step = ((<i32>load<u8>(data + i)) << POINT) - before;
    const beyond = min(max(abs(step) - still, 0), span);
    const now = before + ((step * (least + beyond * slope) + 0x4000) >> 15);
    store<i16>(at, <i16>now);
    store<u8>(data + i, <u8>((now + HALF) >> POINT));
  }
}
