import type { VerificationReport } from '@guise/protocol';
import { verdict } from '@guise/protocol';
import { CHECK_NAMES, type Check } from '@guise/verification';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml } from './markup.js';
import { renderHtmlReport } from './html-report.js';
import { sampleReport, sampleSecond as second } from '../testing/sample-report.js';
import { runsOf } from './timeline.js';
import { CHECK_WORDS, VERDICT_WORDS } from './words.js';

const CHECKS: readonly Check[] = CHECK_NAMES.map((name) => ({
  name,
  state: 'passed',
  detail: `detail of ${name}`,
}));
const render = (report: VerificationReport, checks: readonly Check[] | null = CHECKS): string =>
  renderHtmlReport({ report, checks, mediaName: 'meeting.mp4', issuer: 'https://guise.example.org' });

describe('HTML report', () => {
  it('tells verdict, chain of facts, each second and every check', () => {
    const page = render(sampleReport());
    for (const text of [
      'Authorised',
      'Erin Executive',
      'Ada Admin',
      'con_',
      'apr_',
      'pmt_',
      'ses_',
      '2026-11-01 12:00:01 UTC',
    ]) {
      expect(page).toContain(text);
    }
    for (const name of CHECK_NAMES) expect(page).toContain(escapeHtml(CHECK_WORDS[name]));
    expect(page.match(/<rect\s/g)).toHaveLength(3);
  });

  it.each(verdict.options)('has words, a symbol and a colour for %s', (judged) => {
    const page = render(sampleReport({ verdict: judged, facts: null, timeline: [second(0, judged)] }));
    expect(page).toContain(`<h1 id="verdict">${VERDICT_WORDS[judged].title}</h1>`);
    expect(page).toContain(`.${judged} { color:`);
  });

  it('says so when checks fail and when there is nothing to check', () => {
    const failed: readonly Check[] = CHECKS.map((check, i) =>
      i === 2 ? { ...check, state: 'failed' } : check,
    );
    expect(render(sampleReport(), failed)).toContain('must not be relied on');
    expect(render(sampleReport(), null)).toContain('no proof to check');
  });

  it('loads nothing, runs nothing and escapes whatever names hold', () => {
    const page = render(sampleReport());
    expect(page).not.toMatch(/<script|\ssrc="http|href=|url\(|@import/i);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('Wanda &lt;Wearer&gt;');
    fc.assert(
      fc.property(fc.string(), (name) => {
        const hostile = `</h1><img src=x onerror=alert(1)>${name}`;
        const html = renderHtmlReport({
          report: sampleReport(),
          checks: null,
          mediaName: hostile,
          issuer: hostile,
        });
        expect(html).not.toContain('<img');
      }),
      { numRuns: 50 },
    );
  });

  it('stays readable for an hour of material', () => {
    const timeline = Array.from({ length: 3600 }, (_, i) => second(i, i < 1800 ? 'authorised' : 'altered'));
    const page = render(sampleReport({ timeline, coverage: { seconds: 3600, read: 3600, longestGap: 0 } }));
    expect(page.match(/<tr>/g)?.length).toBeLessThan(60);
    expect(page.match(/<text\s/g)?.length).toBeLessThan(20);
    expect(page).not.toContain('looked at');
  });

  it('claims nothing of seconds that were not looked at, and stays readable', () => {
    const timeline = Array.from({ length: 360 }, (_, i) =>
      second(10 * i, i < 200 ? 'authorised' : 'altered'),
    );
    const page = render(sampleReport({ timeline, coverage: { seconds: 3600, read: 360, longestGap: 9 } }));
    expect(page.match(/<rect\s/g)).toHaveLength(360);
    expect(page).toContain('seconds without a bar');
    expect(page).toContain('0:00–33:10, 200 looked at');
    expect(page.match(/<tr>/g)?.length).toBeLessThan(60);
    const widest = Math.max(
      ...[...page.matchAll(/<rect[^>]*\swidth="([\d.]+)"/g)].map(([, width]) => Number(width)),
    );
    expect(widest).toBeLessThan(1);
  });
});

describe('runs of seconds', () => {
  it('are joined where the verdict goes on, and hold every second once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.constantFrom(...verdict.options))), (steps) => {
        let at = -1;
        const timeline = steps.map(([skip, judged]) => second((at += 1 + skip), judged));
        const runs = runsOf(timeline);
        expect(runs.flatMap(({ entries }) => entries)).toEqual(timeline);
        runs.forEach((run, i) => {
          expect(run.verdict).not.toBe(runs[i + 1]?.verdict);
          expect([run.fromSecond, run.toSecond]).toEqual([
            run.entries[0]?.second,
            run.entries.at(-1)?.second,
          ]);
        });
      }),
    );
  });
});
