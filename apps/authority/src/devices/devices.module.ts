import { Module } from '@nestjs/common';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { DeviceRevoker } from './device-revoker.js';
import { DeviceTokens } from './device-tokens.js';
import { DevicesController } from './devices.controller.js';
import { DevicesService } from './devices.service.js';
import { DpopNonces } from './dpop-nonces.js';
import { DpopProofs } from './dpop.js';
import { PairingService } from './pairing.service.js';

@Module({
  imports: [PasskeysModule],
  controllers: [DevicesController],
  providers: [PairingService, DevicesService, DeviceRevoker, DeviceTokens, DpopProofs, DpopNonces],
  exports: [DeviceRevoker],
})
export class DevicesModule {}
