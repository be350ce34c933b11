// Packs the library, installs the package into an empty folder from the registry, and lets plain Node mark and read with it there:
//   node libs/invisible-watermark-ts/tools/check-package.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VECTORS = ['vectors/format-1.json', 'vectors/fingerprint-1.json'];
const CONSUMER = `
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createDetector, createEmbedder, createEpochChain, selectKernels } from 'invisible-watermark-ts';
import vectors from 'invisible-watermark-ts/vectors/format-1.json' with { type: 'json' };

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const chain = createEpochChain(bytes(vectors.chain.seed), vectors.chain.length);
const key = bytes(vectors.key);
const embedderOf = ({ width, height }) =>
  createEmbedder({ key, session: vectors.session, epochKey: (epoch) => chain.keyOf(epoch), width, height });

for (const choice of ['auto', 'scalar']) {
  const kernels = selectKernels(choice);
  const { marked } = vectors;
  const embedder = embedderOf(marked);
  marked.sha256.forEach((expected, frame) => {
    const luma = picture(marked);
    embedder.embed(luma, marked.width, marked.firstEpoch + Math.floor(frame / marked.framesPerEpoch));
    assert.equal(createHash('sha256').update(luma).digest('hex'), expected);
  });
  const size = { width: 640, height: 360 };
  const luma = picture(size);
  embedderOf(size).embed(luma, size.width, vectors.epoch);
  const { payload } = createDetector({ key }).detect([{ luma, ...size, stride: size.width }]);
  assert.deepEqual([payload.session, payload.epochHint], [vectors.session, vectors.epoch]);
  console.log(kernels + ': the vectors hold, and session ' + payload.session + ' was read');
}

function picture({ width, height }) {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return 40 + (x % 160) + ((x * x + 7 * y * y) % 23);
  });
}
`;

/** Every relative link of the package's documents leads to a file of the package. */
function checkLinks(root) {
  for (const name of ['README.md', 'SPEC.md'])
    for (const [, target] of readFileSync(join(root, name), 'utf8').matchAll(/\]\(([^)#:]+)\)/g))
      if (!existsSync(join(root, target))) throw new Error(`${name} links to ${target}, which is not there`);
}

const folder = mkdtempSync(join(tmpdir(), 'package-'));
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8' });
try {
  const packed = JSON.parse(
    npm(['pack', '--json', '--pack-destination', folder], join(import.meta.dirname, '..')),
  );
  const [{ filename, files, size }] = Array.isArray(packed) ? packed : Object.values(packed);
  const unwanted = files.filter(({ path }) => /\.test\.|testing\/|tsbuildinfo|tools\//.test(path));
  if (unwanted.length > 0)
    throw new Error(`not for the package: ${unwanted.map(({ path }) => path).join(', ')}`);
  for (const wanted of ['LICENSE', 'README.md', 'SPEC.md', 'dist/index.js', 'dist/index.d.ts', ...VECTORS])
    if (!files.some(({ path }) => path === wanted)) throw new Error(`${wanted} is missing from the package`);
  console.log(`${filename}: ${files.length} files, ${Math.round(size / 1024)} KiB`);
  const home = join(folder, 'empty');
  execFileSync('mkdir', [home]);
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(home, 'consumer.mjs'), CONSUMER);
  npm(['install', '--no-audit', '--no-fund', join(folder, filename)], home);
  checkLinks(join(home, 'node_modules/invisible-watermark-ts'));
  console.log(execFileSync(process.execPath, ['consumer.mjs'], { cwd: home, encoding: 'utf8' }).trim());
} finally {
  rmSync(folder, { recursive: true });
}
