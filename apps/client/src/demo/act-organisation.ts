import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '@guise/api-client';
import { failureText, fieldOf, numberOf, textOf } from './demo-client.js';
import type { Narrator } from './steps.js';
import { grantAvatar, pairDevice, scopeFor, signedIn, type World } from './world.js';

/** Files the story works on. */
export interface DemoFiles {
  readonly enrolment: string;
  readonly input: string;
  readonly painting: string;
  readonly stranger: string;
  /** A short part of the wearer's recording: worn as his own face, and shown to the auditor as it is. */
  readonly unmarked: string;
}

export interface Avatars {
  readonly own: { readonly id: string; readonly bundle: string };
  readonly executive: { readonly id: string; readonly bundle: string; readonly consent: string };
}

export interface ActContext {
  readonly world: World;
  readonly narrator: Narrator;
  readonly files: DemoFiles;
  readonly nowSeconds: () => number;
  readonly sleepMs: (ms: number) => Promise<void>;
}

/** The wearer pairs a device and enrols a face of his own. @returns whether he is enrolled */
export async function actEnrol({ world, narrator, files }: ActContext): Promise<boolean> {
  const { wim } = world.members;
  await narrator.step(
    'a device is paired',
    'Wim confirms the code with a passkey; the device key stays on the device',
    async () => {
      const device = await pairDevice(world, world.laptop, wim, 'Wim’s laptop');
      return { got: device, ok: device.startsWith('dev_') };
    },
  );
  const enrolled = await narrator.step(
    'a face is enrolled',
    'one live person throughout, owned by nobody else → source face',
    async () => {
      const notice = await world.publicApi.enrolmentNotice();
      const result = await world.laptop.run([
        'enrol',
        files.enrolment,
        '--release',
        notice.sha256,
        ...signedIn(world.laptop),
      ]);
      const { sourceFace } = await wim.api.me();
      const agreement = numberOf(result, 'enrolled', 'facesAgree').toFixed(2);
      return {
        got: `${textOf(result, 'enrolled', 'sourceFace')}, agreement ${agreement}`,
        ok: sourceFace?.state === 'active',
      };
    },
  );
  await narrator.step(
    'a painting cannot be enrolled',
    'refused: it is a picture, and only a recording of a living person can be enrolled',
    async () => {
      const notice = await world.publicApi.enrolmentNotice();
      const result = await world.laptop.run([
        'enrol',
        files.painting,
        '--release',
        notice.sha256,
        ...signedIn(world.laptop),
      ]);
      const said = failureText(result);
      return { got: said, ok: result.exit === 'badInput' && said.includes('is a still picture') };
    },
  );
  return enrolled;
}

/** An avatar of the wearer's own face, consented by himself, approved by an admin. */
export async function actOwnAvatar(act: ActContext): Promise<Avatars['own']> {
  const { world, narrator, files } = act;
  const { wim, ada } = world.members;
  const bundle = join(world.out, 'own-face.guise');
  let id = '';
  await narrator.step(
    'an avatar of his own face',
    'built from the enrolment, matched 1:1 with his source face, drafted',
    async () => {
      await world.laptop.run([
        ...[
          'avatar',
          'build',
          '--capture',
          files.enrolment,
          '--name',
          'Wim',
          '--kind',
          'own-face',
          '--likeness',
          'person',
        ],
        ...['--provenance', 'enrolment recording', '--licence', 'own picture', '-o', bundle],
      ]);
      const draft = await world.laptop.run(['avatar', 'draft', bundle, ...signedIn(world.laptop)]);
      id = textOf(draft, 'avatar-draft', 'id');
      return {
        got: `${id}, ${textOf(draft, 'avatar-draft', 'state')}`,
        ok: fieldOf(draft, 'avatar-draft', 'sourceFace') !== null,
      };
    },
  );
  await narrator.step('consent and approval', 'Wim signs, one admin signs → active', async () => {
    const { avatar } = await grantAvatar(id, {
      subject: wim,
      approvers: [ada],
      wearer: wim,
      nowSeconds: act.nowSeconds(),
    });
    return {
      got: `${avatar.state}, ${String(avatar.approvals.length)} approval`,
      ok: avatar.state === 'active',
    };
  });
  return { id, bundle };
}

/** The executive avatar: an admin drafts it, its subject consents, two other admins approve. */
export async function actExecutiveAvatar(act: ActContext): Promise<Avatars['executive']> {
  const { world, narrator, files } = act;
  const { ada, ben, cleo, erin, wim } = world.members;
  const bundle = join(world.out, 'mona-lisa.guise');
  let [id, consent] = ['', ''];
  await narrator.step(
    'an executive avatar',
    'Ada drafts the Mona Lisa (artwork, matches no registered face) for Erin',
    async () => {
      const words = [
        '--provenance',
        'Leonardo da Vinci, Mona Lisa, about 1503',
        '--licence',
        'public domain',
      ];
      const kind = ['--kind', 'executive', '--likeness', 'artwork'];
      await world.laptop.run([
        'avatar',
        'build',
        '--picture',
        files.painting,
        '--name',
        'Mona Lisa',
        ...kind,
        ...words,
        '-o',
        bundle,
      ]);
      const meta = {
        name: 'Mona Lisa',
        kind: 'executive',
        likeness: 'artwork',
        subject: erin.personId,
      } as const;
      const draft = await ada.api.draftAvatar(meta, new Uint8Array(await readFile(bundle)));
      id = draft.id;
      return { got: `${id}, ${draft.state}`, ok: draft.sourceFace === null && draft.approvalsNeeded === 2 };
    },
  );
  await narrator.step(
    'the subject consents',
    'Erin signs: Wim may wear it, in recordings and meetings, inside the house',
    async () => {
      const offer = await erin.api.offerConsent(id, scopeFor(wim, act.nowSeconds()));
      consent = (await erin.api.giveConsent(id, erin.sign(offer))).id;
      const { state } = await ada.api.avatar(id);
      return { got: `${consent}, ${state}`, ok: state === 'awaiting-approval' };
    },
  );
  await narrator.step('nobody wears it before it is approved', 'the authority refuses a permit', async () => {
    const result = await world.laptop.run([
      'permit',
      '--avatar',
      id,
      '--bundle',
      bundle,
      '-o',
      join(world.out, 'never.permit'),
    ]);
    return { got: `${result.exit}: ${result.reasons.join(', ')}`, ok: result.exit === 'refused' };
  });
  await narrator.step('who drafts does not approve', 'Ada’s own approval is refused', async () => {
    const refusal = await ada.api.offerApproval(id, 'approve').then(() => 'accepted', codeOf);
    return { got: refusal, ok: refusal === 'maker-is-checker' };
  });
  await narrator.step(
    'four eyes',
    'Ben and Cleo sign; only the second signature makes it active',
    async () => {
      const states: string[] = [];
      for (const admin of [ben, cleo]) {
        const offer = await admin.api.offerApproval(id, 'approve');
        states.push((await admin.api.giveApproval(id, admin.sign(offer))).state);
      }
      return { got: states.join(' → '), ok: states.join() === 'awaiting-approval,active' };
    },
  );
  const fetched = join(world.out, 'mona-lisa-fetched.guise');
  await narrator.step('the wearer fetches it', 'the bundle that was approved, byte for byte', async () => {
    const result = await world.laptop.run(['avatar', 'fetch', id, '-o', fetched]);
    const [drafted, received] = [await readFile(bundle), await readFile(fetched)];
    return {
      got: `SHA-256 ${textOf(result, 'avatar-bundle', 'sha256').slice(0, 16)}…`,
      ok: drafted.equals(received),
    };
  });
  return { id, bundle: fetched, consent };
}

export const codeOf = (error: unknown): string => {
  if (error instanceof ApiError) return error.code;
  throw error;
};
