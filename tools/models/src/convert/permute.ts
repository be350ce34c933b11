/** Shape and order of a tensor whose dimension `i` is dimension `order[i]` of the given one. */
export function permute(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): { readonly values: Float32Array; readonly shape: readonly number[] } {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
  const newShape = order.map((from) => shape[from] ?? 1);
  const newStrides = order.map((from) => strides[from] ?? 0);
  const result = new Float32Array(values.length);
  const position = newShape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from] ?? 0;
    // Count one up, last dimension first, keeping the source offset in step.
    for (let d = newShape.length - 1; d >= 0; d--) {
      const [count, size, stride] = [(position[d] ?? 0) + 1, newShape[d] ?? 1, newStrides[d] ?? 0];
      from += stride;
      position[d] = count;
      if (count < size) break;
      position[d] = 0;
      from -= stride * size;
    }
  }
  return { values: result, shape: newShape };
}
