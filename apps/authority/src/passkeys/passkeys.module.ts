import { Module } from '@nestjs/common';
import { DeviceRevoker } from '../devices/device-revoker.js';
import { RecoveryLog } from '../recoveries/recovery-log.js';
import { RecoveryUse } from '../recoveries/recovery-use.js';
import { SignInsModule } from '../sign-ins/sign-ins.module.js';
import { Ceremonies } from './ceremonies.js';
import { OwnPasskeysController } from './own-passkeys.controller.js';
import { OwnPasskeysService } from './own-passkeys.service.js';
import { PasskeyRegistry } from './passkey-registry.js';
import { PasskeyUse } from './passkey-use.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeysService } from './passkeys.service.js';
import { RegistrationGrants } from './registration-grants.js';
import { StatementsService } from './statements.service.js';
import { StepUpService } from './step-up.service.js';

@Module({
  imports: [SignInsModule],
  controllers: [PasskeysController, OwnPasskeysController],
  providers: [
    Ceremonies,
    DeviceRevoker,
    OwnPasskeysService,
    PasskeyRegistry,
    PasskeysService,
    PasskeyUse,
    RecoveryLog,
    RecoveryUse,
    RegistrationGrants,
    StatementsService,
    StepUpService,
  ],
  exports: [Ceremonies, PasskeyRegistry, PasskeyUse, StatementsService],
})
export class PasskeysModule {}
