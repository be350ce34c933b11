import { malformed } from '../errors.js';

/**
 * A table of a FlatBuffer, read field by field. Every access is checked: DataView refuses to read outside of the file, and
 * vectors are checked against its end before anything is allocated for them.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;

  private constructor(view: DataView, position: number) {
    this.#view = view;
    this.#position = position;
    this.#vtable = position - view.getInt32(position, true);
    this.#vtableBytes = view.getUint16(this.#vtable, true);
  }

  /** The root table of a file. */
  static root(view: DataView): FlatTable {
    return new FlatTable(view, view.getUint32(0, true));
  }

  int8(field: number, absent: number): number {
    const at = this.#field(field);
    return at === undefined ? absent : this.#view.getInt8(at);
  }

  uint32(field: number, absent: number): number {
    const at = this.#field(field);
    return at === undefined ? absent : this.#view.getUint32(at, true);
  }

  int32(field: number, absent: number): number {
    const at = this.#field(field);
    return at === undefined ? absent : this.#view.getInt32(at, true);
  }

  table(field: number): FlatTable | undefined {
    const at = this.#field(field);
    return at === undefined ? undefined : new FlatTable(this.#view, this.#follow(at));
  }

  tables(field: number, limit: number): FlatTable[] {
    const { start, length } = this.#vector(field, 4, limit);
    return Array.from({ length }, (_, i) => new FlatTable(this.#view, this.#follow(start + 4 * i)));
  }

  int32s(field: number, limit: number): number[] {
    const { start, length } = this.#vector(field, 4, limit);
    return Array.from({ length }, (_, i) => this.#view.getInt32(start + 4 * i, true));
  }

  text(field: number, limit: number): string {
    return Buffer.from(this.bytes(field, limit)).toString('utf8');
  }

  /** A view of the file's bytes, not a copy; empty when the field is absent. */
  bytes(field: number, limit: number): Uint8Array {
    const { start, length } = this.#vector(field, 1, limit);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
  }

  #field(field: number): number | undefined {
    const slot = 4 + 2 * field;
    if (slot + 2 > this.#vtableBytes) return undefined;
    const offset = this.#view.getUint16(this.#vtable + slot, true);
    return offset === 0 ? undefined : this.#position + offset;
  }

  #follow(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  #vector(field: number, elementBytes: number, limit: number): { start: number; length: number } {
    const at = this.#field(field);
    if (at === undefined) return { start: 0, length: 0 };
    const position = this.#follow(at);
    const length = this.#view.getUint32(position, true);
    if (length > limit) throw malformed(`a list of ${length} entries where at most ${limit} are allowed`);
    if (position + 4 + length * elementBytes > this.#view.byteLength) {
      throw malformed('a list runs past the end of the file');
    }
    return { start: position + 4, length };
  }
}
