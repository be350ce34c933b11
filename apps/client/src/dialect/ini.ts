import { CliError } from '../cli-error.js';

const MAX_CONFIG_BYTES = 64 * 1024;

export interface IniEntry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/**
 * Parses FaceFusion's config file (Python `configparser` INI: sections, `key = value`, `#` and `;` comments).
 * Sections only group; keys are unique over the whole file. Empty values mean "not set", as FaceFusion ships them.
 * @throws CliError `usage` with the line
 */
export function parseIni(text: string, name: string): readonly IniEntry[] {
  if (text.length > MAX_CONFIG_BYTES) throw new CliError('usage', `${name} is too long for a config file`);
  const entries = new Map<string, IniEntry>();
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    const line = at + 1;
    if (content === '' || /^[#;]/.test(content) || /^\[[^\]]+\]$/.test(content)) continue;
    const match = /^([A-Za-z][A-Za-z0-9_-]*)\s*[=:]\s*(.*)$/.exec(content);
    if (match === null) {
      throw new CliError(
        'usage',
        `${name}, line ${String(line)}: expected "key = value", a [section] or a comment`,
      );
    }
    const [, written = '', value = ''] = match;
    const key = written.toLowerCase().replaceAll('-', '_');
    const earlier = entries.get(key);
    if (earlier !== undefined) {
      throw new CliError(
        'usage',
        `${name}, line ${String(line)}: ${key} was set in line ${String(earlier.line)} already`,
      );
    }
    entries.set(key, { key, value: value.trim(), line });
  }
  return [...entries.values()].filter(({ value }) => value !== '');
}

/** Splits a list value at blanks; double quotes keep blanks together. */
export function splitList(value: string): readonly string[] {
  return [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
