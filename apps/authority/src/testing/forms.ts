/** A multipart/form-data body as a browser writes it. */
export function multipart(parts: Readonly<Record<string, string | Buffer>>): {
  readonly payload: Buffer;
  readonly headers: Readonly<Record<string, string>>;
} {
  const boundary = 'guise-test-boundary';
  const chunks = Object.entries(parts).flatMap(([name, value]) => {
    const file =
      typeof value === 'string' ? '' : `; filename="${name}.bin"\r\nContent-Type: application/octet-stream`;
    return [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ];
  });
  return {
    payload: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}
