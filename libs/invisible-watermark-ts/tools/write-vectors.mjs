// Writes vectors/*.json anew; a change of them is a change of the format (or of the reference's strength). Run it with
//   npx tsc -b libs/invisible-watermark-ts && node libs/invisible-watermark-ts/tools/write-vectors.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFingerprintVectors } from '../dist/testing/fingerprint-vectors.js';
import { makeTestVectors } from '../dist/testing/test-vectors.js';

const folder = join(import.meta.dirname, '..', 'vectors');
mkdirSync(folder, { recursive: true });
const vectors = { 'format-1': makeTestVectors(), 'fingerprint-1': makeFingerprintVectors() };
for (const [name, content] of Object.entries(vectors))
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
