// Copy of src/polar-list-decoder.ts. A path's memory: LLRs (floats), partial sums and kept left halves (bytes), node of size n at
// [n, 2n) of each, then the decided bits.

@unmanaged
class Decoder {
  length: i32 = 0;
  listSize: i32 = 0;
  /** One byte per position: 1 carries information, 0 is frozen. */
  information: usize = 0;
  /** Number of surviving paths, the memory of each in order, and their metrics. */
  count: i32 = 0;
  paths: usize = 0;
  metrics: usize = 0;
  /** Room for 2·listSize metrics and indices, listSize new paths and metrics, and one mark per memory. */
  branchMetrics: usize = 0;
  branches: usize = 0;
  nextPaths: usize = 0;
  nextMetrics: usize = 0;
  claims: usize = 0;
  memory: usize = 0;
}

/** Bytes of one path's memory for a code of `length` bits. */
export function pathBytes(length: i32): i32 {
  return 13 * length;
}

/** Offset of the decided bits within it. */
export function decidedOffset(length: i32): i32 {
  return 12 * length;
}

/** Decodes the LLRs that lie at the root of the first memory, at float `length`. */
export function decodePolar(at: usize): void {
  const d = changetype<Decoder>(at);
  d.count = 1;
  setPath(d.paths, 0, d.memory);
  setMetric(d.metrics, 0, 0);
  decodeNode(d, d.length, 0);
}

function pathAt(list: usize, index: i32): usize {
  return load<usize>(list + ((<usize>index) << 2));
}

function setPath(list: usize, index: i32, path: usize): void {
  store<usize>(list + ((<usize>index) << 2), path);
}

function metricAt(list: usize, index: i32): f32 {
  return load<f32>(list + ((<usize>index) << 2));
}

function setMetric(list: usize, index: i32, metric: f32): void {
  store<f32>(list + ((<usize>index) << 2), metric);
}

function partialOf(d: Decoder, path: usize): usize {
  return path + 8 * d.length;
}

function keptOf(d: Decoder, path: usize): usize {
  return path + 10 * d.length;
}

function decidedOf(d: Decoder, path: usize): usize {
  return path + decidedOffset(d.length);
}

function decodeNode(d: Decoder, size: i32, first: i32): void {
  if (size === 1) {
    decideBit(d, first);
    return;
  }
  const half = size >> 1;
  for (let i = 0; i < d.count; i++) leftLlr(pathAt(d.paths, i), half);
  decodeNode(d, half, first);
  for (let i = 0; i < d.count; i++) {
    const path = pathAt(d.paths, i);
    memory.copy(keptOf(d, path) + half, partialOf(d, path) + half, half);
    rightLlr(path, keptOf(d, path) + half, half);
  }
  decodeNode(d, half, first + half);
  for (let i = 0; i < d.count; i++) {
    const path = pathAt(d.paths, i);
    combinePartial(partialOf(d, path), keptOf(d, path) + half, half);
  }
}

/** f(a, b) = sign(a)·sign(b)·min(|a|, |b|) */
function leftLlr(llr: usize, half: i32): void {
  const a = llr + ((<usize>half) << 3);
  const b = a + ((<usize>half) << 2);
  const out = llr + ((<usize>half) << 2);
  if (half < 4) {
    for (let j: usize = 0; j < (<usize>half) << 2; j += 4) {
      const x = load<f32>(a + j);
      const y = load<f32>(b + j);
      const least = Mathf.min(Mathf.abs(x), Mathf.abs(y));
      store<f32>(out + j, x < 0 !== y < 0 ? -least : least);
    }
    return;
  }
  const zero = f32x4.splat(0);
  const sign = i32x4.splat(<i32>0x80000000);
  for (let j: usize = 0; j < (<usize>half) << 2; j += 16) {
    const x = v128.load(a + j);
    const y = v128.load(b + j);
    const least = f32x4.min(f32x4.abs(x), f32x4.abs(y));
    const turned = v128.and(v128.xor(f32x4.lt(x, zero), f32x4.lt(y, zero)), sign);
    v128.store(out + j, v128.xor(least, turned));
  }
}

/** g(a, b, u) = b + a when the left bit u is 0, b − a when it is 1 */
function rightLlr(llr: usize, left: usize, half: i32): void {
  const a = llr + ((<usize>half) << 3);
  const b = a + ((<usize>half) << 2);
  const out = llr + ((<usize>half) << 2);
  let j = 0;
  for (; j + 8 <= half; j += 8) {
    const bits = v128.load_ext<u8>(left + j);
    const at = (<usize>j) << 2;
    const low = i32x4.shl(i32x4.extend_low_i16x8_u(bits), 31);
    const high = i32x4.shl(i32x4.extend_high_i16x8_u(bits), 31);
    v128.store(out + at, f32x4.add(v128.load(b + at), v128.xor(v128.load(a + at), low)));
    v128.store(out + at, f32x4.add(v128.load(b + at, 16), v128.xor(v128.load(a + at, 16), high)), 16);
  }
  for (; j < half; j++) {
    const at = (<usize>j) << 2;
    const x = load<f32>(a + at);
    const y = load<f32>(b + at);
    store<f32>(out + at, load<u8>(left + j) ? y - x : y + x);
  }
}

function combinePartial(partial: usize, left: usize, half: i32): void {
  const right = partial + half;
  const out = partial + 2 * half;
  let j = 0;
  for (; j + 16 <= half; j += 16) {
    const bits = v128.load(right + j);
    v128.store(out + j, v128.xor(v128.load(left + j), bits));
    v128.store(out + half + j, bits);
  }
  for (; j < half; j++) {
    const bit = load<u8>(right + j);
    store<u8>(out + j, load<u8>(left + j) ^ bit);
    store<u8>(out + half + j, bit);
  }
}

function decideBit(d: Decoder, position: i32): void {
  if (load<u8>(d.information + position)) {
    listBranches(d);
    keepBest(d, position);
    return;
  }
  for (let i = 0; i < d.count; i++) {
    const path = pathAt(d.paths, i);
    setMetric(d.metrics, i, metricAt(d.metrics, i) + Mathf.max(0, -load<f32>(path, 4)));
    decide(d, path, position, 0);
  }
}

function decide(d: Decoder, path: usize, position: i32, bit: u8): void {
  store<u8>(decidedOf(d, path) + position, bit);
  store<u8>(partialOf(d, path), bit, 1);
}

/** Both continuations of every path, sorted by metric, equal ones in order. Branch 2i + bit continues path i. */
function listBranches(d: Decoder): void {
  for (let i = 0; i < d.count; i++) {
    const llr = load<f32>(pathAt(d.paths, i), 4);
    const metric = metricAt(d.metrics, i);
    insertBranch(d, 2 * i, metric + Mathf.max(0, -llr));
    insertBranch(d, 2 * i + 1, metric + Mathf.max(0, llr));
  }
}

function insertBranch(d: Decoder, branch: i32, metric: f32): void {
  let place = branch;
  while (place > 0 && metricAt(d.branchMetrics, place - 1) > metric) {
    setMetric(d.branchMetrics, place, metricAt(d.branchMetrics, place - 1));
    setPath(d.branches, place, pathAt(d.branches, place - 1));
    place--;
  }
  setMetric(d.branchMetrics, place, metric);
  setPath(d.branches, place, branch);
}

/** The first surviving branch of a path takes over its memory; a second one gets a copy. */
function keepBest(d: Decoder, position: i32): void {
  const kept = min(d.listSize, 2 * d.count);
  claimMemories(d, kept);
  let free: i32 = 0;
  for (let k = 0; k < kept; k++) {
    const branch = <i32>pathAt(d.branches, k);
    const parent = pathAt(d.paths, branch >> 1);
    let path = parent;
    if (takenBefore(d, k, branch)) {
      while (load<u8>(d.claims + free)) free++;
      path = d.memory + <usize>free * pathBytes(d.length);
      store<u8>(d.claims + free, 1);
      memory.copy(path, parent, pathBytes(d.length));
    }
    setPath(d.nextPaths, k, path);
    setMetric(d.nextMetrics, k, metricAt(d.branchMetrics, k));
  }
  for (let k = 0; k < kept; k++) decide(d, pathAt(d.nextPaths, k), position, <u8>(pathAt(d.branches, k) & 1));
  memory.copy(d.paths, d.nextPaths, (<usize>kept) << 2);
  memory.copy(d.metrics, d.nextMetrics, (<usize>kept) << 2);
  d.count = kept;
}

/** Marks the memories that surviving branches continue. */
function claimMemories(d: Decoder, kept: i32): void {
  memory.fill(d.claims, 0, d.listSize);
  for (let k = 0; k < kept; k++) {
    const parent = pathAt(d.paths, (<i32>pathAt(d.branches, k)) >> 1);
    store<u8>(d.claims + (parent - d.memory) / pathBytes(d.length), 1);
  }
}

/** Whether an earlier branch continues the same path. */
function takenBefore(d: Decoder, k: i32, branch: i32): bool {
  for (let i = 0; i < k; i++) if (((<i32>pathAt(d.branches, i)) ^ 1) === branch) return true;
  return false;
}
