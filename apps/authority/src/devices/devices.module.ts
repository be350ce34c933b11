import { Module } from '@nestjs/common';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { DeviceTokens } from './device-tokens.js';
import { DevicesController } from './devices.controller.js';
import { DevicesService } from './devices.service.js';
import { DpopNonces } from './dpop-nonces.js';
import { DpopProofs } from './dpop.js';
import { PairingService } from './pairing.service.js';

@Module({
  imports: [PasskeysModule],
  controllers: [DevicesController],
  providers: [PairingService, DevicesService, DeviceTokens, DpopProofs, DpopNonces],
  exports: [DevicesService],
})
export class DevicesModule {}
