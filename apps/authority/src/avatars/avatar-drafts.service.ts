import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { AvatarError, BUNDLE_LIMITS, bundleSha256, parseBundle, type AvatarBundle } from '@guise/avatar';
import { decideDraft, decidePicture, decideSubmission, type RuleId } from '@guise/consent';
import { findPerson, insertAvatar, type AvatarRecord, type Transaction } from '@guise/persistence';
import { avatarDraftRequest } from '@guise/protocol';
import { Decisions, type DecisionRoom } from '../decisions/decisions.js';
import { SourceFaces } from '../faces/source-faces.js';
import { ProblemError } from '../http/problem-error.js';
import type { PersonPrincipal } from '../http/principal.js';
import { Uploads, type UploadForm } from '../http/upload.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { AvatarChanges } from './avatar-changes.js';
import { AvatarsService } from './avatars.service.js';
import { BundleFaceReader, type BundleFaces } from './bundle-faces.js';
import { BundleStore } from './bundle-store.js';
import { actorOf, lockExisting } from './consents.service.js';

type DraftRequest = z.infer<typeof avatarDraftRequest>;

export const BUNDLE_FORM: UploadForm = {
  file: 'bundle',
  maxBytes: BUNDLE_LIMITS.bundleBytes,
  fields: ['meta'],
};

/** New avatar versions: what is declared is checked against every picture before anything is stored. */
@Injectable()
export class AvatarDraftsService {
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly uploads: Uploads,
    private readonly faces: BundleFaceReader,
    private readonly sourceFaces: SourceFaces,
    private readonly bundles: BundleStore,
    private readonly avatars: AvatarsService,
    private readonly decisions: Decisions,
    private readonly changes: AvatarChanges,
  ) {}

  /** @throws ProblemError, ConsentError */
  draft(drafter: PersonPrincipal, request: FastifyRequest): Promise<AvatarRecord> {
    return this.uploads.receive(request, BUNDLE_FORM, async (upload) => {
      const meta = parseMeta(upload.fields.meta ?? '');
      const about = { topic: 'draft', person: drafter.personId } as const;
      await this.decisions.check(about, (policy) => decideDraft(actorOf(drafter), meta, policy));
      const bytes = new Uint8Array(await readFile(upload.path));
      const bundle = readBundle(bytes, meta);
      const faces = await this.faces.read(bundle);
      const sha256 = bundleSha256(bytes);
      await this.bundles.put(sha256, bytes);
      return this.decisions.keep(about, (room) => this.store(room, drafter, meta, sha256, faces));
    });
  }

  /** Asks the subject for consent. */
  async submit(drafter: PersonPrincipal, avatarId: string): Promise<AvatarRecord> {
    await this.avatars.read(drafter, avatarId);
    const about = { topic: 'submission', person: drafter.personId, avatar: avatarId } as const;
    return this.decisions.keep(about, async ({ tx, note }) => {
      const avatar = await lockExisting(tx, avatarId);
      const { next, rules } = decideSubmission(avatar, actorOf(drafter));
      note(rules, avatarId);
      await this.changes.store(tx, avatar, next, drafter.personId);
      return { ...avatar, ...next };
    });
  }

  private async store(
    { tx, policy, note }: DecisionRoom,
    drafter: PersonPrincipal,
    meta: DraftRequest,
    sha256: string,
    faces: BundleFaces,
  ): Promise<AvatarRecord> {
    if ((await findPerson(tx, meta.subject)) === null) {
      throw new ProblemError('bad-request', {
        errors: [{ pointer: '/meta/subject', reason: 'no such person' }],
      });
    }
    const allowed = decideDraft(actorOf(drafter), meta, policy);
    const pictures = await this.checkPictures(tx, meta, faces);
    const avatar: AvatarRecord = {
      id: this.random.id('avatar'),
      sha256,
      name: meta.name,
      kind: meta.kind,
      likeness: meta.likeness,
      subject: meta.subject,
      draftedBy: drafter.personId,
      sourceFace: pictures.sourceFace,
      approvalsNeeded: policy.approvals[meta.kind],
      state: meta.keepDraft === true ? 'draft' : 'awaiting-consent',
      suspensions: 0,
      attributes: faces.attributes,
      consent: null,
      approvals: [],
      approvalIds: [],
    };
    await insertAvatar(tx, avatar, this.clock.now());
    note([...allowed, ...pictures.rules], avatar.id);
    await this.changes.stageState(tx, avatar, null, drafter.personId);
    return avatar;
  }

  /** @returns the source face a person's likeness is bound to; null for artwork */
  private async checkPictures(
    tx: Transaction,
    meta: DraftRequest,
    { embeddings, viewsShowPicture }: BundleFaces,
  ): Promise<{ readonly sourceFace: string | null; readonly rules: readonly RuleId[] }> {
    const nobody = { subjectEnrolled: false, matchesSubject: false, matchesAnyone: false, viewsShowPicture };
    if (meta.likeness === 'artwork') {
      let matchesAnyone = false;
      for (const embedding of embeddings)
        matchesAnyone ||= (await this.sourceFaces.findOwners(tx, embedding)).owners.size > 0;
      return { sourceFace: null, rules: decidePicture(meta, { ...nobody, matchesAnyone }) };
    }
    const matches = [];
    for (const embedding of embeddings)
      matches.push(await this.sourceFaces.matchesPerson(tx, embedding, meta.subject));
    const sourceFace = matches[0]?.sourceFace ?? null;
    const rules = decidePicture(meta, {
      ...nobody,
      subjectEnrolled: sourceFace !== null,
      matchesSubject: matches.every((match) => match?.sourceFace === sourceFace && match.matches),
    });
    return { sourceFace, rules };
  }
}

function parseMeta(text: string): DraftRequest {
  const parsed = avatarDraftRequest.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ProblemError('bad-request', {
    errors: parsed.error.issues.map((issue) => ({
      pointer: `/meta${issue.path.map((key) => `/${String(key).slice(0, 100)}`).join('')}`,
      reason: issue.message,
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

/** The bundle says itself what it is; a form that says otherwise is refused. */
function readBundle(bytes: Uint8Array, meta: DraftRequest): AvatarBundle {
  try {
    const bundle = parseBundle(bytes);
    if (bundle.kind !== meta.kind || bundle.likeness !== meta.likeness || bundle.name !== meta.name) {
      throw new ProblemError('bundle-invalid', {
        detail: 'The bundle names another kind, likeness or name.',
      });
    }
    return bundle;
  } catch (error) {
    if (error instanceof AvatarError) throw new ProblemError('bundle-invalid', { detail: error.message });
    throw error;
  }
}
