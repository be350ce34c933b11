import { Module } from '@nestjs/common';
import { RecoveriesController } from './recoveries.controller.js';
import { RecoveriesService } from './recoveries.service.js';
import { RecoveryLog } from './recovery-log.js';

@Module({ controllers: [RecoveriesController], providers: [RecoveriesService, RecoveryLog] })
export class RecoveriesModule {}
