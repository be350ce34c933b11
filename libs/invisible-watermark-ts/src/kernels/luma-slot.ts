import type { Size } from '../types.js';
import type { Slot, Workspace } from './workspace.js';

/**
 * A luma plane in the kernels' memory. It is the last array of its workspace, so that planes of a wider stride only need a longer
 * slot; views are kept as long as frames have the same layout, so that marking a frame allocates nothing.
 */
export class LumaSlot {
  private slot: Slot<Uint8Array>;
  private readonly at: number;

  constructor(
    private readonly workspace: Workspace,
    private readonly size: Size,
  ) {
    this.slot = workspace.bytes(size.width * size.height);
    this.at = this.slot.at;
  }

  /** Copies a plane in and returns its address. */
  load(luma: Uint8Array, stride: number): number {
    const plane = stride * this.size.height;
    // what follows the plane (chroma, for instance) comes along: a view of the plane alone would be garbage in every frame
    const length = luma.length <= 2 * plane ? luma.length : plane;
    if (this.slot.length !== length) this.slot = this.workspace.bytesAt(this.at, length);
    this.slot.values.set(luma.length === length ? luma : luma.subarray(0, length));
    return this.at;
  }

  /** Copies it back. */
  store(luma: Uint8Array): void {
    luma.set(this.slot.values);
  }
}
