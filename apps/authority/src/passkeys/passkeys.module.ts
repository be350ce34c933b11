import { Module } from '@nestjs/common';
import { PasskeyUse } from './passkey-use.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeysService } from './passkeys.service.js';
import { SignIns } from './sign-ins.js';
import { StatementsService } from './statements.service.js';

@Module({
  controllers: [PasskeysController],
  providers: [PasskeysService, PasskeyUse, SignIns, StatementsService],
  exports: [PasskeyUse, StatementsService],
})
export class PasskeysModule {}
