import { Module } from '@nestjs/common';
import { DevicesModule } from '../devices/devices.module.js';
import { PermitsModule } from '../permits/permits.module.js';
import { SignInsModule } from '../sign-ins/sign-ins.module.js';
import { SharedSignalsController } from './shared-signals.controller.js';
import { SharedSignals } from './shared-signals.service.js';

@Module({
  imports: [DevicesModule, PermitsModule, SignInsModule],
  controllers: [SharedSignalsController],
  providers: [SharedSignals],
})
export class SharedSignalsModule {}
