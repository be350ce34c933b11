/** Bytes of all array buffers that objects hold, each counted once, the kernels' shared memory left out. */
export function reachableBytes(roots: readonly object[], sharedMemory: ArrayBufferLike | undefined): number {
  const seen = new Set<unknown>([sharedMemory]);
  const waiting: unknown[] = [...roots];
  let bytes = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof ArrayBuffer) bytes += next.byteLength;
    else if (ArrayBuffer.isView(next)) waiting.push(next.buffer);
    else if (next instanceof Map) waiting.push(...next.values());
    else waiting.push(...Object.values(next as Record<string, unknown>));
  }
  return bytes;
}
