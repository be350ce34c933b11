import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { sha256HexOf } from '@guise/identity';
import {
  finishEnrolment,
  insertEnrolment,
  LedgerOutbox,
  lockSourceFaces,
  reopenEnrolments,
  replaceSourceFace,
  takeEnrolment,
  type Database,
  type EnrolmentRecord,
  type Transaction,
} from '@guise/persistence';
import { enrolmentId, personId as parsePersonId, sourceFaceId } from '@guise/protocol';
import { FaceJudge, JudgeError, type CaptureVerdict } from '../faces/face-judge.js';
import { SourceFaces } from '../faces/source-faces.js';
import { ProblemError } from '../http/problem-error.js';
import { Uploads, type Upload, type UploadForm } from '../http/upload.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { EnrolmentNotice } from './enrolment-notice.js';

const ENROLMENT_MS = 30 * 60 * 1000;
/** A person who fails this often talks to an admin. */
const MAX_ATTEMPTS = 10;
const MAX_CAPTURE_BYTES = 64 * 2 ** 20;
export const CAPTURE_FORM: UploadForm = { file: 'file', maxBytes: MAX_CAPTURE_BYTES };

type AcceptedCapture = Extract<CaptureVerdict, { readonly accepted: true }>;

/** Registers a person's own face from a live capture. There is no other way in: no route takes a portrait. */
@Injectable()
export class EnrolmentsService implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly uploads: Uploads,
    private readonly judge: FaceJudge,
    private readonly sourceFaces: SourceFaces,
    private readonly notice: EnrolmentNotice,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // With another process beside this one, a capture that is being judged may be its own.
    if (this.database.presence.isAlone) await this.database.transaction(reopenEnrolments);
  }

  /** @throws ProblemError `statement-mismatch` when another text than the one in force was released */
  async start(person: string, release: { readonly noticeSha256: string; readonly locale: string }) {
    const notice = this.notice.read();
    if (release.noticeSha256 !== notice.sha256 || release.locale !== notice.locale) {
      throw new ProblemError('statement-mismatch', {
        detail: 'Read and release the notice that is in force now.',
      });
    }
    const id = this.random.id('enrolment');
    const expiresAt = new Date(this.clock.nowMs() + ENROLMENT_MS);
    await insertEnrolment(this.database.client, {
      id,
      personId: person,
      noticeSha256: notice.sha256,
      locale: notice.locale,
      releasedAt: this.clock.now(),
      expiresAt,
    });
    return { id, expiresAt: Math.floor(expiresAt.getTime() / 1000), maxBytes: MAX_CAPTURE_BYTES };
  }

  /** Judges the capture while the request waits, then discards it. */
  async capture(person: string, id: string, request: FastifyRequest) {
    const enrolment = await this.database.transaction((tx) =>
      takeEnrolment(tx, { id, personId: person }, MAX_ATTEMPTS, this.clock.now()),
    );
    if (enrolment === null) throw new ProblemError('not-found', { detail: 'Start an enrolment first.' });
    try {
      return await this.uploads.receive(request, CAPTURE_FORM, (upload) =>
        this.judgeUpload(enrolment, upload),
      );
    } finally {
      // Does nothing once accepted: only a judgement that is still running goes back to open.
      await this.database.transaction((tx) => finishEnrolment(tx, id, 'open'));
    }
  }

  private async judgeUpload(enrolment: EnrolmentRecord, upload: Upload) {
    const verdict = await this.judgeFile(upload.path);
    if (!verdict.accepted) throw new ProblemError('enrolment-rejected', { reasons: verdict.reasons });
    const evidenceSha256 = evidenceDigest(upload.sha256, verdict);
    return this.database.transaction((tx) => this.register(tx, enrolment, verdict, evidenceSha256));
  }

  private async judgeFile(path: string): Promise<CaptureVerdict> {
    try {
      return await this.judge.judgeCapture(path);
    } catch (error) {
      if (!(error instanceof JudgeError)) throw error;
      throw new ProblemError(judgeProblem(error), { detail: error.advice });
    }
  }

  /** One at a time: of two persons with one face, the second finds the first. */
  private async register(
    tx: Transaction,
    enrolment: EnrolmentRecord,
    verdict: AcceptedCapture,
    evidenceSha256: string,
  ) {
    await lockSourceFaces(tx);
    const own = await this.sourceFaces.matchesPerson(tx, verdict.embedding, enrolment.personId);
    if (own?.matches === false) {
      throw new ProblemError('enrolment-rejected', {
        reasons: [
          {
            code: 'not-the-owner',
            message: 'This is not the face registered for you. Ask an admin to review the case.',
          },
        ],
      });
    }
    const { searchTemplate, owners } = await this.sourceFaces.findOwners(tx, verdict.embedding);
    if ([...owners].some((owner) => owner !== enrolment.personId)) {
      throw new ProblemError('source-face-owned-by-other');
    }
    const id = sourceFaceId.parse(this.random.id('sourceFace'));
    const { template: wearerTemplate } = await this.sourceFaces.wearerTemplate(id, verdict.embedding);
    const templateSha256 = sha256HexOf(wearerTemplate);
    await replaceSourceFace(tx, {
      id,
      personId: enrolment.personId,
      enrolmentId: enrolment.id,
      searchTemplate,
      wearerTemplate,
      templateSha256,
      evidenceSha256,
      state: 'active',
      createdAt: this.clock.now(),
    });
    await finishEnrolment(tx, enrolment.id, 'accepted');
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'enrolment',
      at: this.clock.nowSeconds(),
      enrolment: enrolmentId.parse(enrolment.id),
      person: parsePersonId.parse(enrolment.personId),
      sourceFace: id,
      templateSha256,
      evidenceSha256,
      noticeSha256: enrolment.noticeSha256,
      locale: enrolment.locale,
    });
    const { framesSeen, facesAgree, spoofMedian } = verdict;
    return { sourceFace: id, framesSeen, facesAgree, spoofMedian };
  }
}

function judgeProblem(error: JudgeError): 'capture-unreadable' | 'not-ready' | 'internal' {
  switch (error.code) {
    case 'unreadable':
    case 'too-slow':
      return 'capture-unreadable';
    case 'busy':
      return 'not-ready';
    case 'failed':
      return 'internal';
  }
}

/** Binds the registration to what was judged, without keeping it: the file's hash and the judge's numbers. */
function evidenceDigest(captureSha256: string, verdict: AcceptedCapture): string {
  const measures = Object.entries(verdict.measures).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify({ captureSha256, measures })).digest('hex');
}
