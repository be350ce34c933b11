import { Inject, Injectable } from '@nestjs/common';
import {
  CATALOGUE_STATES,
  decideRequest,
  decideRequestAnswer,
  decideRequestCancel,
  REQUEST_SECONDS,
  scopeForRequest,
} from '@guise/consent';
import {
  answerConsentRequest,
  findAvatar,
  findConsentRequest,
  findPersons,
  insertConsentRequest,
  isUniqueViolation,
  listCatalogue,
  listConsentRequests,
  lockConsentRequest,
  readPolicyInForce,
  readRequestHistory,
  type ConsentRequestRecord,
  type Database,
  type Transaction,
} from '@guise/persistence';
import type { ConsentRequestDraft } from '@guise/protocol';
import { actorOf, ConsentsService } from '../avatars/consents.service.js';
import { Decisions } from '../decisions/decisions.js';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';

/** Asking a subject to be named in their consent. The answer is a signature or a no; nothing is ever signed for them. */
@Injectable()
export class ConsentRequestsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly consents: ConsentsService,
    private readonly decisions: Decisions,
  ) {}

  /** What anybody in the organisation may ask for. */
  async catalogue(after: string | null, limit: number) {
    const { client } = this.database;
    const { policy } = await readPolicyInForce(client);
    const where = { kinds: policy.catalogue, states: CATALOGUE_STATES };
    const avatars = await listCatalogue(client, where, after, limit);
    const names = await this.namesOf(
      client,
      avatars.map(({ subject }) => subject),
    );
    const last = avatars.length === limit ? avatars.at(-1) : undefined;
    return {
      avatars: avatars.map(({ id, sha256, name, kind, subject }) => ({
        id,
        sha256,
        name,
        kind,
        subject,
        subjectName: names(subject),
      })),
      next: last?.id ?? null,
    };
  }

  /** @throws ConsentError */
  async make(requester: PersonPrincipal, draft: ConsentRequestDraft) {
    const now = this.clock.nowSeconds();
    const { avatar: avatarId, reason, ...wanted } = draft;
    const id = this.random.id('consentRequest');
    const about = { topic: 'consent-request', person: requester.personId, avatar: avatarId } as const;
    return this.decisions.keep(about, async ({ tx, policy, note }) => {
      const avatar = await findAvatar(tx, avatarId);
      const history = await readRequestHistory(tx, requester.personId, avatarId);
      note(decideRequest(avatar, actorOf(requester), wanted.notAfter, history, policy, now), avatarId);
      if (avatar === null) throw new ProblemError('not-found');
      await insertConsentRequest(tx, {
        id,
        avatarId,
        requester: requester.personId,
        subject: avatar.subject,
        reason,
        wanted,
        createdAt: now,
        expiresAt: now + REQUEST_SECONDS,
      }).catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new ProblemError('conflict', { detail: 'Your request for this avatar is still open.' });
      });
      return this.describe(tx, await requireRequest(findConsentRequest(tx, id), requester));
    });
  }

  async list(person: PersonPrincipal, as: 'requester' | 'subject', after: string | null, limit: number) {
    const { client } = this.database;
    const whose = as === 'requester' ? { requester: person.personId } : { subject: person.personId };
    const requests = await listConsentRequests(client, whose, after, limit);
    const last = requests.length === limit ? requests.at(-1) : undefined;
    const described = [];
    for (const request of requests) described.push(await this.describe(client, request));
    return { requests: described, next: last?.id ?? null };
  }

  /** The amended consent for the subject to read and sign: POST it to the avatar's consents, or don't. */
  async offer(subject: PersonPrincipal, id: string) {
    const { client } = this.database;
    const request = await requireRequest(findConsentRequest(client, id), subject);
    const now = this.clock.nowSeconds();
    await this.decisions.check(aboutRequest(subject, request), () =>
      decideRequestAnswer(request, actorOf(subject), now),
    );
    const avatar = await findAvatar(client, request.avatarId);
    if (avatar === null) throw new ProblemError('not-found');
    return this.consents.offerScope(subject, avatar.id, scopeForRequest(avatar, request, now), id);
  }

  decline(subject: PersonPrincipal, id: string, words: string | undefined) {
    return this.decisions.keep(
      { topic: 'consent-request', person: subject.personId },
      async ({ tx, note }) => {
        const request = await requireRequest(lockConsentRequest(tx, id), subject);
        const now = this.clock.nowSeconds();
        note(decideRequestAnswer(request, actorOf(subject), now), request.avatarId);
        await answerConsentRequest(tx, id, { state: 'declined', words }, now);
        return this.describe(tx, await requireRequest(findConsentRequest(tx, id), subject));
      },
    );
  }

  cancel(requester: PersonPrincipal, id: string) {
    return this.decisions.keep(
      { topic: 'consent-request', person: requester.personId },
      async ({ tx, note }) => {
        const request = await requireRequest(lockConsentRequest(tx, id), requester);
        const now = this.clock.nowSeconds();
        note(decideRequestCancel(request, actorOf(requester), now), request.avatarId);
        await answerConsentRequest(tx, id, { state: 'cancelled' }, now);
        return this.describe(tx, await requireRequest(findConsentRequest(tx, id), requester));
      },
    );
  }

  private async describe(tx: Transaction, request: ConsentRequestRecord) {
    const { id, avatarId, avatarName, requester, subject, reason, wanted, consentId } = request;
    const { state, createdAt, expiresAt, answeredAt, words } = request;
    const lapsed = state === 'open' && this.clock.nowSeconds() >= expiresAt;
    return {
      id,
      avatar: avatarId,
      avatarName,
      requester,
      requesterName: (await this.namesOf(tx, [requester]))(requester),
      subject,
      reason,
      purposes: wanted.purposes,
      audience: wanted.audience,
      meetings: wanted.meetings ?? null,
      platforms: wanted.platforms ?? null,
      notAfter: wanted.notAfter,
      state: lapsed ? 'expired' : state,
      createdAt,
      expiresAt,
      answeredAt,
      words,
      consent: consentId,
    };
  }

  private async namesOf(tx: Transaction, ids: readonly string[]): Promise<(id: string) => string> {
    const names = new Map((await findPersons(tx, ids)).map(({ id, displayName }) => [id, displayName]));
    return (id) => names.get(id) ?? id;
  }
}

const aboutRequest = (person: PersonPrincipal, { avatarId }: ConsentRequestRecord) =>
  ({ topic: 'consent-request', person: person.personId, avatar: avatarId }) as const;

/** For whoever neither made nor received it, a request does not exist. */
async function requireRequest(
  found: Promise<ConsentRequestRecord | null>,
  person: PersonPrincipal,
): Promise<ConsentRequestRecord> {
  const request = await found;
  if (request === null || ![request.requester, request.subject].includes(person.personId)) {
    throw new ProblemError('not-found');
  }
  return request;
}
