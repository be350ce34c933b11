import { Module, type DynamicModule } from '@nestjs/common';
import type { DatabaseOptions } from '@guise/persistence';
import type { Logger } from 'pino';
import { AvatarsModule } from './avatars/avatars.module.js';
import type { AuthorityConfig } from './config.js';
import { ConsentRequestsModule } from './consent-requests/consent-requests.module.js';
import { DATABASE_OPTIONS, DatabaseModule } from './database/database.module.js';
import { DecisionsModule } from './decisions/decisions.module.js';
import { DevicesModule } from './devices/devices.module.js';
import { EnrolmentsModule } from './enrolments/enrolments.module.js';
import type { FaceJudge } from './faces/face-judge.js';
import { ExportModule } from './export/export.module.js';
import { FACE_JUDGE_OVERRIDE, FacesModule } from './faces/faces.module.js';
import { ErasureModule } from './erasure/erasure.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { KeyRotationsModule } from './keys/key-rotations.module.js';
import type { KeyStore } from './keys/key-store.js';
import { KEY_STORE_OVERRIDE, KeysModule } from './keys/keys.module.js';
import { LandingModule } from './landing/landing.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { OperatorModule } from './operator/operator.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { OidcModule } from './oidc/oidc.module.js';
import { PeopleModule } from './people/people.module.js';
import { PoliciesModule } from './policies/policies.module.js';
import { PermitsModule } from './permits/permits.module.js';
import type { Clock } from './ports/clock.js';
import type { Files } from './ports/files.js';
import { PortsModule } from './ports/ports.module.js';
import type { Random } from './ports/random.js';
import { ReceiptsModule } from './receipts/receipts.module.js';
import { ChangeFeedModule } from './revocations/change-feed.module.js';
import { RevocationsModule } from './revocations/revocations.module.js';
import { ReconciliationModule } from './reconciliation/reconciliation.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { createMailChannel } from './person-notices/mail-channel.js';
import { NOTICE_CHANNELS, type NoticeChannel } from './person-notices/notice-channel.js';
import { PersonNoticesModule } from './person-notices/person-notices.module.js';
import { RecoveriesModule } from './recoveries/recoveries.module.js';
import { SharedSignalsModule } from './shared-signals/shared-signals.module.js';
import { SignInsModule } from './sign-ins/sign-ins.module.js';
import { ScimModule } from './scim/scim.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { StatusListsModule } from './status-lists/status-lists.module.js';
import { VerificationsModule } from './verifications/verifications.module.js';

/** What a test may bring instead of the real thing. */
export interface AuthorityOverrides {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly files?: Files;
  readonly logger?: Logger;
  readonly database?: Partial<DatabaseOptions>;
  readonly faceJudge?: FaceJudge;
  /** In place of key files: PKCS#11, a KMS. */
  readonly keyStore?: KeyStore;
  /** Ways to reach persons beside the in-app list. */
  readonly noticeChannels?: readonly NoticeChannel[];
}

/** The authority: one module per capability. */
@Module({})
export class AuthorityModule {
  static with(config: AuthorityConfig, logger: Logger, overrides: AuthorityOverrides): DynamicModule {
    return {
      module: AuthorityModule,
      global: true,
      imports: [
        PortsModule.with(config, logger, overrides),
        KeysModule,
        DatabaseModule,
        ChangeFeedModule,
        HttpModule,
        DecisionsModule,
        MetricsModule,
        LedgerModule,
        PersonNoticesModule,
        SignInsModule,
        RecoveriesModule,
        PasskeysModule,
        PeopleModule,
        OidcModule,
        ScimModule,
        DevicesModule,
        FacesModule,
        EnrolmentsModule,
        AvatarsModule,
        ErasureModule,
        ExportModule,
        ReconciliationModule,
        RetentionModule,
        ReceiptsModule,
        PoliciesModule,
        KeyRotationsModule,
        OperatorModule,
        ConsentRequestsModule,
        PermitsModule,
        SessionsModule,
        StatusListsModule,
        RevocationsModule,
        SharedSignalsModule,
        VerificationsModule,
        HealthModule,
        LandingModule,
      ],
      providers: [
        { provide: DATABASE_OPTIONS, useValue: overrides.database ?? {} },
        { provide: NOTICE_CHANNELS, useValue: overrides.noticeChannels ?? channelsOf(config) },
        { provide: KEY_STORE_OVERRIDE, useValue: overrides.keyStore ?? null },
        { provide: FACE_JUDGE_OVERRIDE, useValue: overrides.faceJudge ?? null },
      ],
      exports: [DATABASE_OPTIONS, FACE_JUDGE_OVERRIDE, KEY_STORE_OVERRIDE, NOTICE_CHANNELS],
    };
  }
}

function channelsOf({ smtp, organisation }: AuthorityConfig): readonly NoticeChannel[] {
  return smtp === null ? [] : [createMailChannel({ smtp, organisation })];
}
