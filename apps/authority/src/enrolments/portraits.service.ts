import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { judgePortrait } from '@guise/liveness';
import type { Database } from '@guise/persistence';
import { portraitJudgementRequest, type PortraitJudgement } from '@guise/protocol';
import type { z } from 'zod';
import { FaceJudge, JudgeError, type PortraitVerdict } from '../faces/face-judge.js';
import { SourceFaces } from '../faces/source-faces.js';
import { ProblemError } from '../http/problem-error.js';
import { Uploads, type UploadForm } from '../http/upload.js';
import { DATABASE } from '../ports/tokens.js';

const MAX_PICTURE_BYTES = 8 * 2 ** 20;
export const PORTRAIT_FORM: UploadForm = { file: 'file', maxBytes: MAX_PICTURE_BYTES, fields: ['meta'] };

type JudgementRequest = z.infer<typeof portraitJudgementRequest>;
type Reason = PortraitJudgement['reasons'][number];

const NOT_ONE_FACE: Readonly<Record<'none' | 'several', Reason>> = {
  none: { code: 'no-face', message: 'Keep your face before the camera, with light from the front.' },
  several: { code: 'several-faces', message: 'Take it alone: another face is in the picture.' },
};
const NOT_ENROLLED: Reason = {
  code: 'not-enrolled',
  message: 'Register your own face first (guise enrol): an avatar of you is compared with it.',
};
const NOT_THE_OWNER: Reason = { code: 'not-the-owner', message: 'This is not the face registered for you.' };

/**
 * Tells a person whether a picture of themselves does for an avatar, while they sit before the camera. Nothing is kept, and nothing
 * rests on the answer: a bundle is judged anew when it is drafted.
 */
@Injectable()
export class PortraitsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly uploads: Uploads,
    private readonly faces: FaceJudge,
    private readonly sourceFaces: SourceFaces,
  ) {}

  /** @throws ProblemError */
  judge(person: string, request: FastifyRequest): Promise<PortraitJudgement> {
    return this.uploads.receive(request, PORTRAIT_FORM, async (upload) => {
      const wish = parseMeta(upload.fields.meta ?? '');
      const verdict = await this.look(new Uint8Array(await readFile(upload.path)));
      if (verdict.faces !== 'one')
        return { accepted: false, reasons: [NOT_ONE_FACE[verdict.faces]], attributes: [], shot: null };
      const { shot, attributes } = verdict;
      const first = wish.role === 'mouth-open' ? wish.first : null;
      const reasons = [
        ...(await this.identify(person, verdict.embedding)),
        ...judgePortrait(shot, wish.role, first).map(({ code, advice }) => ({ code, message: advice })),
      ];
      return { accepted: reasons.length === 0, reasons, attributes: [...attributes], shot };
    });
  }

  private async look(picture: Uint8Array): Promise<PortraitVerdict> {
    try {
      return await this.faces.judgePortrait(picture);
    } catch (error) {
      if (!(error instanceof JudgeError)) throw error;
      if (error.code === 'busy') throw new ProblemError('not-ready', { detail: error.advice });
      if (error.code === 'failed') throw new ProblemError('internal');
      throw new ProblemError('capture-unreadable', { detail: error.advice });
    }
  }

  private async identify(person: string, embedding: Float32Array): Promise<readonly Reason[]> {
    const own = await this.database.transaction((tx) =>
      this.sourceFaces.matchesPerson(tx, embedding, person),
    );
    if (own === null) return [NOT_ENROLLED];
    return own.matches ? [] : [NOT_THE_OWNER];
  }
}

function parseMeta(text: string): JudgementRequest {
  const parsed = portraitJudgementRequest.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ProblemError('bad-request', {
    errors: parsed.error.issues.map(({ path, message }) => ({
      pointer: `/meta${path.map((key) => `/${String(key).slice(0, 100)}`).join('')}`,
      reason: message,
    })),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
