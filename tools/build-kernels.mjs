// Compiles a library's assembly/ to WebAssembly and writes it as src/kernels/simd-binary.ts. Run after every change of assembly/:
//   node tools/build-kernels.mjs libs/avatar [--check]
// With --check it writes nothing and fails when the file is not what assembly/ gives.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const [library] = process.argv.slice(2);
if (library === undefined) {
  console.error('usage: node tools/build-kernels.mjs libs/LIBRARY [--check]');
  process.exit(2);
}
const ROOT = resolve(library);
const TARGET = join(ROOT, 'src', 'kernels', 'simd-binary.ts');
const OPTIONS =
  '--optimizeLevel 3 --shrinkLevel 0 --noAssert --runtime stub --enable simd --enable bulk-memory --use abort=';

/** The compiled module. */
async function compileKernels() {
  const outputs = new Map();
  const { error, stderr } = await asc.main(
    [join(ROOT, 'assembly', 'index.ts'), '--outFile', 'kernels.wasm', ...OPTIONS.split(' ')],
    { writeFile: (name, contents) => outputs.set(name, contents) },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return outputs.get('kernels.wasm');
}

/** The generated source file. */
function sourceOf(wasm) {
  const lines = Buffer.from(wasm)
    .toString('base64')
    .match(/.{1,100}/g);
  return [
    '// Generated from assembly/ by tools/build-kernels.mjs: do not edit.',
    'export const SIMD_BINARY_BASE64 =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

const wasm = await compileKernels();
const source = sourceOf(wasm);
if (!process.argv.includes('--check')) writeFileSync(TARGET, source);
else if (readFileSync(TARGET, 'utf8') !== source) {
  console.error('src/kernels/simd-binary.ts is not what assembly/ gives: run tools/build-kernels.mjs');
  process.exit(1);
}
console.log(`${wasm.length} bytes of WebAssembly`);
