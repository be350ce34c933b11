import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPublicApi, createTransport, type PublicApi } from '@guise/api-client';
import type { AvatarResponse, ConsentScope } from '@guise/protocol';
import type { CommandContext, RunCommandLine } from '../context.js';
import { startAuthority, type AuthorityProcess } from './authority-process.js';
import { openDemoClient, textOf, type DemoClient } from './demo-client.js';
import { joinAsMember, type Member } from './member.js';

/** The organisation of the demo: a real authority, its members, and the devices of the wearer. */
export interface World {
  readonly authority: AuthorityProcess;
  readonly publicApi: PublicApi;
  readonly members: Readonly<Record<MemberName, Member>>;
  /** The wearer's own device. */
  readonly laptop: DemoClient;
  /** Another device, of the same person. */
  readonly tablet: DemoClient;
  /** The auditor's; it is never paired. */
  readonly auditor: DemoClient;
  /** Folder of the results. */
  readonly out: string;
}

export type MemberName = 'ada' | 'ben' | 'cleo' | 'otto' | 'wim' | 'erin';

const CAST: readonly {
  readonly name: MemberName;
  readonly displayName: string;
  readonly role: 'admin' | 'auditor' | 'employee';
}[] = [
  { name: 'ben', displayName: 'Ben (admin)', role: 'admin' },
  { name: 'cleo', displayName: 'Cleo (admin)', role: 'admin' },
  { name: 'otto', displayName: 'Otto (auditor)', role: 'auditor' },
  { name: 'wim', displayName: 'Wim (employee)', role: 'employee' },
  { name: 'erin', displayName: 'Erin (executive)', role: 'employee' },
];

export async function launchAuthority(
  context: CommandContext,
  scratch: string,
  out: string,
): Promise<AuthorityProcess> {
  const { root, childEnvironment } = context.config;
  return startAuthority({
    root,
    environment: childEnvironment,
    dataDir: join(scratch, 'authority'),
    logFile: join(out, 'authority.log'),
  });
}

/** The first admin takes the bootstrap invitation and invites the rest; everyone makes a passkey. */
export async function gatherMembers(authority: AuthorityProcess): Promise<World['members']> {
  const ada = await joinAsMember(authority.url, authority.invitation, 'Ada (admin)');
  const others = new Map<MemberName, Member>();
  for (const { name, displayName, role } of CAST) {
    const { token, adminGrant } = await ada.api.invite(displayName, [role]);
    // Ada alone makes nobody admin but the second one, who approves the others.
    if (adminGrant !== null) await others.get('ben')?.api.approveAdmin(adminGrant);
    others.set(name, await joinAsMember(authority.url, token, displayName));
  }
  const of = (name: MemberName): Member => {
    const member = others.get(name);
    if (member === undefined) throw new Error(`${name} did not join`);
    return member;
  };
  return { ada, ben: of('ben'), cleo: of('cleo'), otto: of('otto'), wim: of('wim'), erin: of('erin') };
}

export async function openWorld(
  run: RunCommandLine,
  context: CommandContext,
  authority: AuthorityProcess,
  scratch: string,
  out: string,
): Promise<World> {
  const members = await gatherMembers(authority);
  const device = (name: string): Promise<DemoClient> => openDemoClient(run, context, join(scratch, name));
  const world = {
    authority,
    publicApi: createPublicApi(createTransport({ baseUrl: authority.url })),
    members,
    laptop: await device('laptop'),
    tablet: await device('tablet'),
    auditor: await device('auditor'),
    out,
  };
  await writeFile(join(world.auditor.home, 'sign-in'), members.otto.token, { mode: 0o600 });
  await writeFile(join(world.laptop.home, 'sign-in'), members.wim.token, { mode: 0o600 });
  return world;
}

/** Options that let a command act under the sign-in of the device's owner, as a browser on it would hold it. */
export const signedIn = (device: DemoClient): readonly string[] => [
  '--sign-in',
  join(device.home, 'sign-in'),
];

/** `guise login` on a device, and the person confirming the code with a passkey, as the console would have them do. */
export async function pairDevice(
  world: World,
  device: DemoClient,
  owner: Member,
  name: string,
): Promise<string> {
  let confirming: Promise<void> = Promise.resolve();
  const result = await device.run(
    ['login', '--authority', world.authority.url, '--device-name', name],
    (event) => {
      if (event.type !== 'pairing') return;
      const code = String(event.userCode);
      confirming = owner.api
        .pairingStatement(code)
        .then((offer) => owner.api.confirmPairing(code, owner.sign(offer)));
      // Awaited below; the command line would only wait in vain for a refusal.
      confirming.catch(() => undefined);
    },
  );
  await confirming;
  return textOf(result, 'paired', 'deviceId');
}

export interface Grantors {
  readonly subject: Member;
  readonly approvers: readonly Member[];
  readonly wearer: Member;
  readonly nowSeconds: number;
}

const CONSENT_SECONDS = 30 * 86_400;

/** Consent of the subject and approvals of the admins, each a passkey signature over the exact text. */
export async function grantAvatar(
  avatar: string,
  { subject, approvers, wearer, nowSeconds }: Grantors,
): Promise<{ avatar: AvatarResponse; consent: string }> {
  const offer = await subject.api.offerConsent(avatar, scopeFor(wearer, nowSeconds));
  const consent = await subject.api.giveConsent(avatar, subject.sign(offer));
  for (const approver of approvers) {
    const approval = await approver.api.offerApproval(avatar, 'approve');
    await approver.api.giveApproval(avatar, approver.sign(approval));
  }
  return { avatar: await subject.api.avatar(avatar), consent: consent.id };
}

export function scopeFor(wearer: Member, nowSeconds: number): ConsentScope {
  return {
    wearers: [wearer.personId],
    purposes: ['recording', 'meeting'],
    audience: ['internal'],
    notBefore: nowSeconds,
    notAfter: nowSeconds + CONSENT_SECONDS,
  };
}
