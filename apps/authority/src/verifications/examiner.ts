import { Injectable } from '@nestjs/common';
import { decideVerdict } from '@guise/verification';
import { ProblemError } from '../http/problem-error.js';
import { Random } from '../ports/random.js';
import type { Examination } from './examination.js';
import { AnalystError, MediaAnalyst, type AnalystErrorCode, type ProgressListener } from './media-analyst.js';
import { evidenceOf, SessionArchive, type ArchivedSession } from './session-archive.js';

/** Reads a file and judges it by the records of the sessions whose marks it shows. */
@Injectable()
export class Examiner {
  constructor(
    private readonly random: Random,
    private readonly analyst: MediaAnalyst,
    private readonly archive: SessionArchive,
  ) {}

  /**
   * @param listener who listens has every second looked at, however long it takes
   * @throws ProblemError `media-unreadable`, `media-too-large`, `not-ready`, `internal`
   */
  async examine(path: string, listener?: ProgressListener): Promise<Examination> {
    const seed = new DataView(this.random.bytes(4).slice().buffer).getUint32(0);
    const found = new Map<number, ArchivedSession>();
    const lookup = async (number: number) => {
      const archived = await this.archive.find(number);
      if (archived === null) return null;
      found.set(number, archived);
      return evidenceOf(archived);
    };
    const reading = await this.analyst
      .analyse({ path, seed, whole: listener !== undefined }, lookup, listener)
      .catch((error: unknown) => {
        throw error instanceof AnalystError ? toProblem(error) : error;
      });
    const sessions = new Map(
      [...found].map(([number, archived]) => [number, this.archive.recordsOf(archived)]),
    );
    const { seconds: observations, materialSeconds } = reading;
    const decision = decideVerdict({ observations, sessions, materialSeconds });
    return { reading, decision, seed, archived: found, main: found.get(decision.session ?? 0) ?? null };
  }
}

function toProblem(error: AnalystError): ProblemError {
  const { advice: detail } = error;
  const codes: Record<AnalystErrorCode, ProblemError> = {
    unreadable: new ProblemError('media-unreadable', { detail }),
    'too-large': new ProblemError('media-too-large', { detail }),
    'too-slow': new ProblemError('media-too-large', { detail }),
    'too-heavy': new ProblemError('media-too-large', { detail }),
    busy: new ProblemError('not-ready', { detail, headers: { 'retry-after': '60' } }),
    failed: new ProblemError('internal', { detail }),
  };
  return codes[error.code];
}
