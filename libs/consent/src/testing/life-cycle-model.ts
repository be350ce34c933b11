import { consentId, personId, type AvatarState } from '@guise/protocol';
import fc from 'fast-check';
import type { Actor, AvatarCase } from '../avatar-case.js';
import { decideApproval, decideSuspension } from '../decide-approval.js';
import { decideConsent, decideExpiry, decideWithdrawal } from '../decide-consent.js';
import { decideSubmission } from '../decide-draft.js';
import { decideErasure } from '../decide-erasure.js';
import { ConsentError } from '../errors.js';
import { DEFAULT_POLICY } from '../policy.js';
import {
  actor,
  approvalText,
  CONSENT_SECONDS,
  consentText,
  hashOf,
  idOf,
  OTHER_VERSION,
  PEOPLE,
} from './cast.js';

/** What should be so, kept apart from the code under test and in other terms. */
export interface Model {
  readonly subject: string;
  readonly drafter: string;
  readonly needed: number;
  now: number;
  state: AvatarState;
  /** End of the consent in force, or null. */
  consentUntil: number | null;
  /** Admins who decided about the consent in force, and those of them who approved. */
  decided: Set<string>;
  approved: Set<string>;
  /** Admins who want the present suspension lifted. */
  lifting: Set<string>;
}

/** The code under test with the case it decides on. */
export interface Real {
  avatar: AvatarCase;
  serial: number;
}

/** Told of every step that was taken, for what the test counts. */
export type Observer = (from: AvatarState, to: AvatarState, step: string) => void;

/** One thing somebody tries. Whether it should work is said by the model, never asked of the code. */
class Attempt implements fc.Command<Model, Real> {
  constructor(
    private readonly name: string,
    private readonly predict: (model: Model) => Partial<Model> | null,
    private readonly act: (real: Real, model: Model) => AvatarCase,
    private readonly observe: Observer,
  ) {}

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    real.serial += 1;
    const from = model.state;
    const expected = this.predict(model);
    const outcome = attempt(() => this.act(real, model));
    if (expected === null) {
      if (outcome !== null) throw new Error(`${this.name} went through from ${from}`);
      return;
    }
    if (outcome === null) throw new Error(`${this.name} was refused from ${from}`);
    Object.assign(model, expected);
    real.avatar = outcome;
    if (outcome.state !== model.state) {
      throw new Error(`${this.name} from ${from}: ${outcome.state} instead of ${model.state}`);
    }
    this.observe(from, model.state, this.name);
  }

  toString(): string {
    return this.name;
  }
}

function attempt(work: () => AvatarCase): AvatarCase | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConsentError) return null;
    throw error;
  }
}

const isAdmin = (person: Actor): boolean => person.roles.includes('admin');
const independent = (model: Model, person: Actor): boolean =>
  isAdmin(person) && person.id !== model.drafter && person.id !== model.subject;
const inForce = (model: Model): boolean => model.consentUntil !== null && model.now < model.consentUntil;

const WRONG_CONSENT = {
  version: { avatarSha256: OTHER_VERSION },
  superseded: { supersedes: consentId.parse(idOf('con', 600)) },
  period: { notAfter: 1 },
} as const;
type WrongConsent = keyof typeof WRONG_CONSENT | 'signer' | null;

function consent(by: number | 'subject', wrong: WrongConsent, observe: Observer): Attempt {
  const signerOf = (model: Model): string => (by === 'subject' ? model.subject : actor(by).id);
  return new Attempt(
    `consent by ${String(by)} with wrong ${String(wrong)}`,
    (model) => {
      const open = ['awaiting-consent', 'awaiting-approval', 'active'].includes(model.state);
      if (!open || wrong !== null || signerOf(model) !== model.subject) return null;
      const fresh = { decided: new Set<string>(), approved: new Set<string>() };
      return { state: 'awaiting-approval', consentUntil: model.now + CONSENT_SECONDS, ...fresh };
    },
    ({ avatar, serial }, model) => {
      const stranger = PEOPLE.find(({ id }) => id !== avatar.subject);
      const changes =
        wrong === null
          ? {}
          : wrong === 'signer'
            ? { subject: personId.parse(stranger?.id) }
            : WRONG_CONSENT[wrong];
      const text = consentText(avatar, serial, model.now, changes);
      const signer = PEOPLE.find(({ id }) => id === signerOf(model)) ?? actor(0);
      return decideConsent(avatar, signer, text, hashOf(serial), DEFAULT_POLICY, model.now).next;
    },
    observe,
  );
}

const WRONG_APPROVAL = {
  version: { avatarSha256: OTHER_VERSION },
  consent: { consentSha256: 'd'.repeat(64) },
  signer: { approver: personId.parse(idOf('per', 77)) },
  suspension: { suspension: 99 },
} as const;
type WrongApproval = keyof typeof WRONG_APPROVAL | null;

function decide(
  by: number,
  decision: 'approve' | 'reject' | 'resume',
  wrong: WrongApproval,
  observe: Observer,
): Attempt {
  const person = actor(by);
  return new Attempt(
    `${decision} by ${String(by)} with wrong ${String(wrong)}`,
    (model) => {
      if (wrong !== null || !independent(model, person) || !inForce(model)) return null;
      return decision === 'resume'
        ? predictResumption(model, person)
        : predictApproval(model, person, decision);
    },
    ({ avatar, serial }, model) => {
      const suspension = decision === 'resume' ? { suspension: avatar.suspensions } : {};
      const changes = { decision, ...suspension, ...(wrong === null ? {} : WRONG_APPROVAL[wrong]) };
      const text = approvalText(avatar, person, serial, changes);
      return decideApproval(avatar, person, text, hashOf(serial), DEFAULT_POLICY, model.now).next;
    },
    observe,
  );
}

function predictApproval(model: Model, person: Actor, decision: 'approve' | 'reject'): Partial<Model> | null {
  if (model.state !== 'awaiting-approval' || model.decided.has(person.id)) return null;
  const decided = new Set([...model.decided, person.id]);
  if (decision === 'reject') return { decided, state: 'suspended', lifting: new Set() };
  const approved = new Set([...model.approved, person.id]);
  return { decided, approved, ...(approved.size >= model.needed ? { state: 'active' } : {}) };
}

function predictResumption(model: Model, person: Actor): Partial<Model> | null {
  const wasActive = model.approved.size >= model.needed;
  if (model.state !== 'suspended' || !wasActive || model.lifting.has(person.id)) return null;
  const lifting = new Set([...model.lifting, person.id]);
  return { lifting, ...(lifting.size >= 2 ? { state: 'active' } : {}) };
}

function simple(
  name: string,
  by: (model: Model) => Actor,
  from: readonly AvatarState[],
  allowed: (model: Model, person: Actor) => boolean,
  change: Partial<Model>,
  act: (avatar: AvatarCase, person: Actor) => AvatarCase,
  observe: Observer,
): Attempt {
  return new Attempt(
    name,
    (model) => (from.includes(model.state) && allowed(model, by(model)) ? change : null),
    ({ avatar }, model) => act(avatar, by(model)),
    observe,
  );
}

function wait(seconds: number, observe: Observer): Attempt {
  return new Attempt(
    `wait ${String(seconds)} s`,
    (model) => {
      const now = model.now + seconds;
      const over = model.consentUntil !== null && now >= model.consentUntil;
      return over ? { now, state: 'expired', consentUntil: null } : { now };
    },
    ({ avatar }, model) => decideExpiry(avatar, model.now + seconds)?.next ?? avatar,
    observe,
  );
}

/** Right mostly, so that sequences get far, and wrong now and then. */
const rarely = <T>(wrong: readonly T[]) =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 9 }, { arbitrary: fc.constantFrom(...wrong), weight: 1 });
const anyone = fc.nat({ max: PEOPLE.length - 1 });
const personOr = (name: 'subject' | 'drafter') =>
  fc.oneof({ arbitrary: fc.constant(name), weight: 5 }, { arbitrary: anyone, weight: 1 });

/** Everything anyone may try, in any order, with statements that may be wrong in one way. */
export function attempts(observe: Observer): fc.Arbitrary<fc.Command<Model, Real>>[] {
  const who = (by: number | 'subject' | 'drafter') => (model: Model) =>
    typeof by === 'number'
      ? actor(by)
      : (PEOPLE.find(({ id }) => id === (by === 'subject' ? model.subject : model.drafter)) ?? actor(0));
  const consents = fc
    .tuple(personOr('subject'), rarely(['version', 'superseded', 'period', 'signer'] as const))
    .map(([by, wrong]) => consent(by === 'drafter' ? 0 : by, wrong, observe));
  const decisions = (decision: 'approve' | 'reject' | 'resume') =>
    fc
      .tuple(anyone, rarely(['version', 'consent', 'signer', 'suspension'] as const))
      .map(([by, wrong]) => decide(by, decision, wrong, observe));
  const submit = personOr('drafter').map((by) =>
    simple(
      'submit',
      who(by),
      ['draft'],
      (model, person) => person.id === model.drafter,
      { state: 'awaiting-consent' },
      (avatar, person) => decideSubmission(avatar, person).next,
      observe,
    ),
  );
  const suspend = anyone.map((by) =>
    simple(
      'suspend',
      who(by),
      ['awaiting-consent', 'awaiting-approval', 'active'],
      (_model, person) => isAdmin(person),
      { state: 'suspended', lifting: new Set() },
      (avatar, person) => decideSuspension(avatar, person).next,
      observe,
    ),
  );
  const withdraw = personOr('subject').map((by) =>
    simple(
      'withdraw',
      who(by),
      ['awaiting-consent', 'awaiting-approval', 'active', 'suspended'],
      (model, person) => person.id === model.subject,
      { state: 'withdrawn', consentUntil: null },
      (avatar, person) => decideWithdrawal(avatar, person).next,
      observe,
    ),
  );
  const discard = personOr('drafter').map((by) =>
    simple(
      'discard',
      who(by),
      ['draft', 'withdrawn', 'expired'],
      (model, person) =>
        person.id === model.drafter || (person.id === model.subject && model.state !== 'draft'),
      { state: 'erased' },
      (avatar, person) => decideErasure(avatar, person).next,
      observe,
    ),
  );
  const eraseInTime = fc.constant(
    simple(
      'erase in time',
      () => actor(0),
      ['withdrawn', 'expired'],
      () => true,
      { state: 'erased' },
      (avatar) => decideErasure(avatar, null).next,
      observe,
    ),
  );
  const likely = (arbitrary: fc.Arbitrary<fc.Command<Model, Real>>, weight: number) =>
    Array.from({ length: weight }, () => arbitrary);
  return [
    ...likely(submit, 3),
    ...likely(consents, 3),
    ...likely(decisions('approve'), 8),
    decisions('reject'),
    ...likely(decisions('resume'), 3),
    suspend,
    withdraw,
    fc.constantFrom(1, CONSENT_SECONDS / 4, CONSENT_SECONDS).map((seconds) => wait(seconds, observe)),
    discard,
    eraseInTime,
  ];
}
