import { readFile } from 'node:fs/promises';
import type { I420Frame } from '@guise/frame';
import { avatarResponse, permitClaims } from '@guise/protocol';
import { KeyStore } from '../keys/key-store.js';
import type { ApiAnswer } from './api.js';
import type { TestAuthorityOptions } from './authority.js';
import type { DatabaseKind } from './databases.js';
import { pairDevice, type TestDevice } from './devices.js';
import { multipart } from './forms.js';
import { CLIP_SIZE, evidenceOfFrames, markFrames, type ClipMark } from './marked-clip.js';
import { activeExecutiveAvatar, enrol, openTestOrganisation, type TestOrganisation } from './organisation.js';
import { openTestSession, type TestSession } from './wearing.js';

/** An organisation in which the employee wears an approved avatar on a paired device. */
export interface Wearing {
  readonly organisation: TestOrganisation;
  readonly device: TestDevice;
  readonly avatar: { readonly id: string; readonly sha256: string; readonly consent: string | null };
  /** Opens a session, and says what its frames are marked with. */
  open(seed: string): Promise<{ readonly session: TestSession; readonly mark: ClipMark }>;
  /** Marks frames, hands in their evidence and discloses the keys, as an honest runtime does. */
  wear(
    opened: { readonly session: TestSession; readonly mark: ClipMark },
    frames: readonly I420Frame[],
  ): Promise<void>;
  /** POST /v1/verifications as the auditor. */
  verify(path: string): Promise<ApiAnswer>;
  detect(path: string): Promise<ApiAnswer>;
}

export async function openWearing(kind: DatabaseKind, options: TestAuthorityOptions = {}): Promise<Wearing> {
  const organisation = await openTestOrganisation(kind, options);
  const { authority, employee, auditor } = organisation;
  await enrol(organisation, employee, 'face:employee');
  const device = await pairDevice(authority, employee);
  const id = await activeExecutiveAvatar(organisation, employee);
  const answer = await authority.api.get(`/v1/avatars/${id}`, { token: employee.token });
  const avatar = avatarResponse.parse(answer.body);
  const upload = async (url: string, path: string, token?: string): Promise<ApiAnswer> =>
    authority.api.call('POST', url, { token, ...multipart({ file: await readFile(path) }) });
  return {
    organisation,
    device,
    avatar,
    async open(seed) {
      const session = await openTestSession(authority, device, avatar, { seed });
      const claims = permitClaims.parse(
        JSON.parse(Buffer.from(session.permit.split('.')[1] ?? '', 'base64url').toString('utf8')),
      );
      const number = claims.authorization_details[0]?.watermark.session ?? 0;
      const key = await authority.app.get(KeyStore).secret('watermark');
      return { session, mark: { key, session: number, chain: session.chain } };
    },
    async wear({ session, mark }, frames) {
      const openedAt = authority.clock.nowSeconds();
      markFrames(frames, mark);
      const epochs = evidenceOfFrames(frames, openedAt);
      authority.clock.advanceSeconds(epochs.length);
      await session.submit(await session.segment([], { frame: CLIP_SIZE, epochs }));
      await session.disclose(epochs.length - 1);
    },
    verify: (path) => upload('/v1/verifications', path, auditor.token),
    detect: (path) => upload('/v1/detect', path),
  };
}
