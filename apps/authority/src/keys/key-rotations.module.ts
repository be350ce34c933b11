import { Module } from '@nestjs/common';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { KeyHistoryService } from './key-history.js';
import { KeyRotations } from './key-rotations.service.js';
import { KeysController } from './keys.controller.js';

/** Rotation and what is published of the keys: apart from the keys themselves, which everything stands on. */
@Module({
  imports: [PasskeysModule],
  controllers: [KeysController],
  providers: [KeyRotations, KeyHistoryService],
  exports: [KeyRotations],
})
export class KeyRotationsModule {}
