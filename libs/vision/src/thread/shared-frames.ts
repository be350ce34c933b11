import type { I420Frame } from '@guise/frame';

/** Hands frames to another thread. */
export interface SharedFrames {
  /** The frame itself where its data is in shared memory, else a copy; `release` says that it is read no more. */
  share(frame: I420Frame): { readonly shared: I420Frame; readonly release: () => void };
}

export function createSharedFrames(): SharedFrames {
  const free: Uint8Array[] = [];
  return {
    share(frame) {
      const { width, height, data } = frame;
      if (data.buffer instanceof SharedArrayBuffer) {
        return { shared: { width, height, data }, release: () => undefined };
      }
      const kept = free.pop();
      // Frames of another size are rare: memory of the size before is let go.
      const copy = kept?.length === data.length ? kept : new Uint8Array(new SharedArrayBuffer(data.length));
      copy.set(data);
      return {
        shared: { width, height, data: copy },
        release: () => {
          free.push(copy);
        },
      };
    },
  };
}
