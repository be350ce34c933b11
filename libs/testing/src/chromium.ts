import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Flags for a browser that tests drive: headless machines, containers, nothing that talks to the outside. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium that tests use: GUISE_CHROMIUM, the one in the PATH, or the one that the bootstrap recorded. */
export function findChromium(): string | undefined {
  const named = process.env.GUISE_CHROMIUM ?? 'chromium';
  if (named.includes('/')) return existsSync(named) ? named : undefined;
  const record = join(import.meta.dirname, '../../../.cache/tools/chromium.json');
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, named)).find((path) => existsSync(path));
  return found ?? (existsSync(record) ? recorded(record) : undefined);
}

function recorded(path: string): string | undefined {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return typeof value === 'object' && value !== null && 'executable' in value
    ? String(value.executable)
    : undefined;
}
