/** Protocol Buffers wire format, writing only: the dozen lines of it that an ONNX file needs. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** int32, int64 and enum fields. Negative numbers take ten bytes, as the format says. */
  integer(field: number, value: number | bigint): this {
    return this.#varint(tag(field, VARINT)).#varint(BigInt.asUintN(64, BigInt(value)));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#varint(tag(field, FIXED_32)).#push(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#varint(tag(field, LENGTH_DELIMITED)).#varint(BigInt(value.length)).#push(value);
  }

  message(field: number, value: ProtobufWriter): this {
    this.#varint(tag(field, LENGTH_DELIMITED)).#varint(BigInt(value.#length));
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length);
  }

  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest === 0n ? low : low | 0x80);
    } while (rest !== 0n);
    return this.#push(Uint8Array.from(bytes));
  }

  #push(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

const tag = (field: number, wireType: number): bigint => BigInt((field << 3) | wireType);
