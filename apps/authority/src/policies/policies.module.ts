import { Module } from '@nestjs/common';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { PoliciesController } from './policies.controller.js';
import { PoliciesService } from './policies.service.js';

@Module({ imports: [PasskeysModule], controllers: [PoliciesController], providers: [PoliciesService] })
export class PoliciesModule {}
