/**
 * Information positions of a polar code, ascending: the `dimension` of `length` synthetic channels with the smallest
 * Bhattacharyya parameter, designed for z₀ = e^(−R·10^0.25), R = dimension/length (Arıkan 2009, eq. 20–21; an AWGN
 * channel at E_b/N_0 = 2.5 dB). Equal parameters go to the lower index.
 */
export function polarInformationSet(length: number, dimension: number): Uint16Array {
  let parameters = [Math.exp(-(dimension / length) * 10 ** 0.25)];
  while (parameters.length < length) parameters = parameters.flatMap((z) => [2 * z - z * z, z * z]);
  const order = parameters.map((z, index) => ({ z, index })).sort((a, b) => a.z - b.z || a.index - b.index);
  return Uint16Array.from(order.slice(0, dimension).map(({ index }) => index)).sort();
}

/** Places information bits, freezes the rest to zero, and multiplies by the kernel's Kronecker power (natural order). */
export function polarEncode(length: number, informationSet: Uint16Array, bits: Uint8Array): Uint8Array {
  const codeword = new Uint8Array(length);
  informationSet.forEach((position, index) => (codeword[position] = bits[index] ?? 0));
  polarTransform(codeword, 0, length);
  return codeword;
}

/** x = u·[[1,0],[1,1]]^⊗n in place on `length` bits from `offset`; its own inverse. */
export function polarTransform(bits: Uint8Array, offset: number, length: number): void {
  for (let span = 1; span < length; span *= 2)
    for (let block = offset; block < offset + length; block += 2 * span)
      for (let i = block; i < block + span; i++) bits[i] = (bits[i] ?? 0) ^ (bits[i + span] ?? 0);
}
