import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { CACHE } from '../material.js';
import { ATTACKS } from './attacks.js';
import { documentReport } from './document.js';
import { formatReport } from './format.js';
import { PARTS } from './plan.js';
import { benchWatermark } from './suite.js';

export const WATERMARK_USAGE = `watermark  [--json FILE] [--quick] [--clips FOLDER] [--only NAME]… [--windows N] [--work FOLDER]
           [--document]
           quality, speed, attacks, false positives, copied marks, and two older marks for comparison. About 40 minutes on two
           cores; goes on where it was interrupted. --quick: a few attacks in under two minutes. --clips: further recordings. --only: an attack, or one of
           ${PARTS.join(', ')}; speed is measured in any case, so with everything else remembered
           a second run on a quiet machine renews it. --windows: tried for false positives. --document: writes
           docs/watermark.md and its pictures from the JSON file.`;

const DOCS = join(CACHE, '..', 'docs');

/** @returns exit code: 2 when the arguments are wrong, 1 when a payload was accepted that nobody embedded */
export async function watermarkCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      clips: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      windows: { type: 'string' },
      document: { type: 'boolean', default: false },
      work: { type: 'string', default: join(CACHE, 'bench', 'watermark') },
    },
  });
  const windows = values.windows === undefined ? null : Number(values.windows);
  const unknown = values.only.filter((name) => !isPart(name));
  if (unknown.length > 0 || (windows !== null && !(Number.isInteger(windows) && windows > 0))) {
    console.error(
      unknown.length > 0 ? `--only: there is no ${unknown.join(', ')}` : '--windows is a number from 1',
    );
    console.error(WATERMARK_USAGE);
    return 2;
  }
  const report = await benchWatermark({
    quick: values.quick,
    windows,
    clips: values.clips ?? null,
    only: values.only,
    work: values.work,
    report: (done, all, unit, ms) => {
      const what = 'attack' in unit ? `${unit.attack.name}: ${unit.clip.name}` : unit.kind;
      process.stderr.write(`${done}/${all} ${what} (${(ms / 1000).toFixed(1)} s)\n`);
    },
  });
  console.log(formatReport(report));
  if (values.json !== undefined) {
    await mkdir(dirname(values.json), { recursive: true });
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (values.document && values.json !== undefined) await documentReport(values.json, DOCS, values.work);
  return report.falsePositives.accepted === 0 && report.attacks.every(({ wrong }) => wrong === 0) ? 0 : 1;
}

const isPart = (name: string): boolean =>
  PARTS.includes(name) || ATTACKS.some((attack) => attack.name === name);
