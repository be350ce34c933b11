// The SIMD kernels. Each is the copy of a scalar function in src/ and must give the same bits: same operations, same order,
// every intermediate result a 32-bit float or an integer. They keep no state; the caller lays out memory (src/kernels).
export { heapBase } from './memory';
export { addMark, blendFields } from './add-mark';
export { updateStrength, expandStrength } from './strength-map';
export { sampleGrid, gridEnergy } from './field';
export { forward2d, inverse2d } from './fft2d';
export { decidedOffset, decodePolar, pathBytes } from './polar';
export { addResized } from './resize';
export { addByLoudness, localEnergy } from './loudness';
