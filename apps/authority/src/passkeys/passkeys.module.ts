import { Module } from '@nestjs/common';
import { SignInsModule } from '../sign-ins/sign-ins.module.js';
import { Ceremonies } from './ceremonies.js';
import { OwnPasskeysController } from './own-passkeys.controller.js';
import { OwnPasskeysService } from './own-passkeys.service.js';
import { PasskeyRegistry } from './passkey-registry.js';
import { PasskeyUse } from './passkey-use.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeysService } from './passkeys.service.js';
import { StatementsService } from './statements.service.js';
import { StepUpService } from './step-up.service.js';

@Module({
  imports: [SignInsModule],
  controllers: [PasskeysController, OwnPasskeysController],
  providers: [
    Ceremonies,
    OwnPasskeysService,
    PasskeyRegistry,
    PasskeysService,
    PasskeyUse,
    StatementsService,
    StepUpService,
  ],
  exports: [PasskeyRegistry, PasskeyUse, StatementsService],
})
export class PasskeysModule {}
