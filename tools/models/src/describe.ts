import { join } from 'node:path';
import type { ModelManifest } from '@guise/protocol';
import { compareFile } from './files.js';
import { specOf } from './package-source.js';
import { mediaIn, modelsIn } from './paths.js';

/** The table of `--list`: what is wanted, under which licence, and whether it is in the cache. */
export async function describeForTerminal(manifest: ModelManifest, cache: string): Promise<string> {
  const models = manifest.models.map(async (entry) => [
    entry.file,
    await compareFile(join(modelsIn(cache), entry.file), entry),
    entry.role,
    entry.licence,
    entry.licenceClass,
    entry.trainingData,
    specOf(entry.source),
  ]);
  const media = manifest.media.flatMap((entry) =>
    entry.files.map(async (file) => [
      file.file,
      await compareFile(join(mediaIn(cache), file.file), file),
      'sample media',
      entry.licence,
      '',
      '',
      specOf(entry),
    ]),
  );
  const head = ['file', 'in cache', 'role', 'licence', 'class', 'training data', 'package'];
  return alignColumns([head, ...(await Promise.all([...models, ...media]))]);
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The tables of models/README.md. */
export function describeAsMarkdown(manifest: ModelManifest): string {
  const models = manifest.models.flatMap((entry) => [
    `### \`${entry.role}\`: ${entry.title}`,
    '',
    `\`${entry.file}\` (${megabytes(entry.bytes)}) from \`${specOf(entry.source)}\`, ${entry.licence} (${entry.licenceClass}); ` +
      `training data ${entry.trainingData}: ${entry.trainingDataNote}`,
    '',
    `Credit: ${entry.credit}`,
    '',
    '| tensor | shape | meaning |',
    '|---|---|---|',
    ...entry.inputs.map(
      (tensor) => `| in \`${tensor.name}\` | ${tensor.shape.join('×')} | ${tensor.meaning} |`,
    ),
    ...entry.outputs.map(
      (tensor) => `| out \`${tensor.name}\` | ${tensor.shape.join('×')} | ${tensor.meaning} |`,
    ),
    '',
  ]);
  const media = manifest.media.flatMap((entry) => [
    `### Sample media: \`${specOf(entry)}\``,
    '',
    `${entry.licence}. ${entry.licenceNote} Credit: ${entry.credit}`,
    '',
    '| file | size | shows |',
    '|---|---|---|',
    ...entry.files.map((file) => `| \`${file.file}\` | ${megabytes(file.bytes)} | ${file.shows} |`),
    '',
  ]);
  return [...models, ...media].join('\n');
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
