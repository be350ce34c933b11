// Puts the specification into the package as SPEC.md, its links turned to what lies beside it there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const library = join(import.meta.dirname, '..');
const spec = readFileSync(join(library, '../../docs/spec/watermark.md'), 'utf8');
writeFileSync(join(library, 'SPEC.md'), spec.replaceAll('../../libs/invisible-watermark-ts/', ''));
