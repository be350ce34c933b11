import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from './protobuf.js';

const hex = (writer: ProtobufWriter): string => Buffer.from(writer.finish()).toString('hex');

/** Vectors of the format's own documentation (protobuf.dev, encoding). */
describe('ProtobufWriter', () => {
  it('writes variable-length integers', () => {
    expect(hex(new ProtobufWriter().integer(1, 150))).toBe('089601');
    expect(hex(new ProtobufWriter().integer(1, 0))).toBe('0800');
    expect(hex(new ProtobufWriter().integer(1, -2))).toBe('08feffffffffffffffff01');
    expect(hex(new ProtobufWriter().integer(1, 2n ** 62n))).toBe('08808080808080808040');
  });

  it('writes field numbers above 15 in two bytes', () => {
    expect(hex(new ProtobufWriter().integer(20, 1))).toBe('a00101');
  });

  it('writes text, nested messages and floats', () => {
    expect(hex(new ProtobufWriter().text(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150)))).toBe('1a03089601');
    expect(hex(new ProtobufWriter().float(4, 1))).toBe('250000803f');
  });
});
