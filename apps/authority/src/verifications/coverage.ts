import type { Coverage } from '@guise/protocol';
import type { MediaReading } from './media-analyst.js';

/** How much of the material was looked at. */
export function coverageOf({ seconds, materialSeconds }: MediaReading): Coverage {
  const read = seconds.map(({ second }) => second);
  const length = Math.max(1, Math.ceil(materialSeconds ?? 0), (read.at(-1) ?? 0) + 1);
  const bounds = [-1, ...read, length];
  const gaps = bounds.slice(1).map((second, i) => second - (bounds[i] ?? 0) - 1);
  return { seconds: length, read: read.length, longestGap: Math.max(0, ...gaps) };
}

/** Said beside every verdict on material of which some seconds were not looked at. */
export function sampledReason({ seconds, read, longestGap }: Coverage): { code: string; message: string }[] {
  if (read >= seconds) return [];
  const gap = `up to ${String(longestGap)} s in a row were not`;
  return [
    {
      code: 'sampled',
      message: `${String(read)} of ${String(seconds)} seconds were looked at, ${gap}: the verdict says nothing about those. Send a shorter cut to have every second looked at.`,
    },
  ];
}
