import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureMedia, ensureModels } from '../../../../tools/models/src/testing.js';
import { QUICK_ATTACKS } from './attacks.js';
import { type WatermarkReport, watermarkReport } from './report.js';
import { benchWatermark } from './suite.js';

describe('the quick watermark suite', () => {
  let work: string;
  let report: WatermarkReport;
  beforeAll(async () => {
    await ensureMedia();
    await ensureModels();
    work = await mkdtemp(join(tmpdir(), 'guise-watermark-suite-'));
    report = await benchWatermark({
      quick: true,
      clips: null,
      only: [],
      windows: 300,
      work,
      report: () => undefined,
    });
  }, 1_200_000);
  afterAll(() => rm(work, { recursive: true, force: true }));

  it('reports in its stated form, every quick attack in it', () => {
    expect(watermarkReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report.attacks.map(({ name }) => name)).toEqual(QUICK_ATTACKS.map(({ name }) => name));
    expect(report.attacks.filter(({ notRun }) => notRun !== null)).toEqual([]);
  });

  it('reads every three-second window of every attack, and every screenshot', () => {
    for (const { name, frame, s3 } of report.attacks) {
      const { ok, n } = name.startsWith('JPEG') ? frame : s3;
      expect({ name, ok }).toEqual({ name, ok: n });
      expect(n).toBeGreaterThan(0);
    }
  });

  it('verifies most epoch tags of one-second windows', () => {
    const tags = report.attacks.map(({ tag }) => tag);
    const ok = tags.reduce((sum, tag) => sum + tag.ok, 0);
    expect(ok / tags.reduce((sum, tag) => sum + tag.n, 0)).toBeGreaterThanOrEqual(0.8);
  });

  it('accepts nothing that nobody embedded', () => {
    expect(report.falsePositives.accepted).toBe(0);
    expect(report.falsePositives.trials).toBeGreaterThan(1500);
    expect(report.falsePositives.windows).toBeGreaterThanOrEqual(300);
    expect(report.attacks.map(({ wrong }) => wrong)).toEqual(report.attacks.map(() => 0));
  });

  it('keeps the stated quality', () => {
    for (const { psnrDb, ssim } of report.clips) {
      expect(psnrDb).toBeGreaterThanOrEqual(41.9);
      expect(ssim).toBeGreaterThan(0.96);
    }
  });

  it('calls no copied mark authorised, and the recording it was copied from always', () => {
    for (const { altered, authorised, genuine, n, read } of report.copyAttack) {
      expect(read).toBeGreaterThan(0);
      expect(authorised).toBe(0);
      expect(altered).toBe(read);
      expect(genuine).toBe(n);
    }
  });
});
