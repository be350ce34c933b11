/** First byte that the caller may use. */
export function heapBase(): usize {
  return __heap_base;
}
