import { Injectable } from '@nestjs/common';
import { decideRecoveryUse, IdentityError } from '@guise/identity';
import {
  endRecovery,
  findPerson,
  findRecoveryByParts,
  listOwnPasskeys,
  lockRecovery,
  type RecoveryRecord,
  type Transaction,
} from '@guise/persistence';
import { RECOVERY_PART_LENGTH } from '@guise/protocol';
import { DeviceRevoker } from '../devices/device-revoker.js';
import { PasskeyRegistry } from '../passkeys/passkey-registry.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { hashToken } from '../ports/random.js';
import { SignIns } from '../sign-ins/sign-ins.js';
import { RecoveryLog } from './recovery-log.js';

/** What a recovery comes to: a new passkey in place of all earlier ones. */
@Injectable()
export class RecoveryUse {
  constructor(
    private readonly clock: Clock,
    private readonly registry: PasskeyRegistry,
    private readonly signIns: SignIns,
    private readonly devices: DeviceRevoker,
    private readonly notices: PersonNotices,
    private readonly log: RecoveryLog,
  ) {}

  /** The recovery whose two halves make up this code, when it can be used now; null otherwise, without saying why. */
  async find(tx: Transaction, code: string): Promise<RecoveryRecord | null> {
    if (code.length !== 2 * RECOVERY_PART_LENGTH) return null;
    const halves = [code.slice(0, RECOVERY_PART_LENGTH), code.slice(RECOVERY_PART_LENGTH)] as const;
    const recovery = await findRecoveryByParts(tx, hashToken(halves[0]), hashToken(halves[1]));
    return recovery !== null && (await this.mayBeUsed(tx, recovery)) ? recovery : null;
  }

  /**
   * Uses it up: the passkey `handle` stays; all others, every sign-in and every paired device end. Whoever had the passkeys
   * may have paired what is in their own hands.
   * @returns false when it may not be used any more
   */
  async complete(tx: Transaction, id: string, handle: string): Promise<boolean> {
    const recovery = await lockRecovery(tx, id);
    if (recovery === null || !(await this.mayBeUsed(tx, recovery))) return false;
    const { person } = recovery;
    await endRecovery(tx, id, { state: 'completed', by: person, at: this.clock.nowSeconds() });
    for (const earlier of await listOwnPasskeys(tx, person)) {
      if (earlier.handle !== handle) await this.registry.remove(tx, person, earlier.handle);
    }
    await this.signIns.endAll(tx, person);
    await this.devices.endAll(tx, person);
    await this.log.write(tx, recovery, 'completed', person);
    await this.notices.tell(tx, person, 'recovery-completed', id);
    return true;
  }

  /** In time, and both admins are admins still. */
  private async mayBeUsed(tx: Transaction, recovery: RecoveryRecord): Promise<boolean> {
    try {
      decideRecoveryUse(recovery, this.clock.nowSeconds());
    } catch (error) {
      if (error instanceof IdentityError) return false;
      throw error;
    }
    for (const admin of [recovery.requestedBy, recovery.approvedBy ?? '']) {
      if ((await findPerson(tx, admin))?.roles.includes('admin') !== true) return false;
    }
    return true;
  }
}
