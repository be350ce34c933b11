import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { PersonApi } from '@guise/api-client';
import { verificationId, type VerificationId, type VerificationReport } from '@guise/protocol';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { awaitReport } from './await-report.js';

/** Where a report comes from: a file that is handed in, or a verification that was asked for before. */
export type ReportSource =
  | { readonly id: VerificationId }
  | { readonly recording: Blob; readonly name: string; readonly whole: boolean };

/** Checks what was asked for before anybody is asked. @throws CliError */
export async function reportSource(
  file: string | undefined,
  { id, whole }: { readonly id?: string | undefined; readonly whole?: boolean | undefined },
): Promise<ReportSource> {
  if (id === undefined) {
    if (file === undefined)
      throw new CliError('usage', 'name a file, a verification with --id, or a proof with --bundle');
    return { recording: await openRecording(file), name: basename(file), whole: whole === true };
  }
  const parsed = verificationId.safeParse(id);
  if (parsed.success) return { id: parsed.data };
  throw new CliError('usage', `${id} is no verification`, 'Their ids begin with ver_.');
}

/** Hands the file in, or asks for the verification, and waits for the report. */
export async function obtainReport(
  context: CommandContext,
  api: PersonApi,
  source: ReportSource,
): Promise<VerificationReport> {
  if ('id' in source) return awaitReport(context, api, source.id);
  const { recording, name, whole } = source;
  if (!whole) return api.verify(recording, name);
  const { id } = await api.verifyWhole(recording, name);
  context.output.say({ type: 'verification-submitted', id }, `Every second is being read: ${id}`);
  return awaitReport(context, api, id);
}

async function openRecording(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (cause) {
    const advice = 'Check the name and your rights.';
    throw new CliError('badInput', `${file} cannot be read`, advice, [], { cause });
  }
}
