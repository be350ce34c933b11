// Writes vectors/format-1.json anew; a change of it is a change of the format (or of the reference's strength). Run it with
//   npx tsc -b libs/invisible-watermark-ts && node libs/invisible-watermark-ts/tools/write-vectors.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestVectors } from '../dist/testing/test-vectors.js';

const folder = join(import.meta.dirname, '..', 'vectors');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'format-1.json'), `${JSON.stringify(makeTestVectors(), null, 2)}\n`);
