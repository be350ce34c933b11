import { Module } from '@nestjs/common';
import { AvatarsModule } from '../avatars/avatars.module.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { RetentionService } from './retention.service.js';

@Module({ imports: [AvatarsModule, ErasureModule], providers: [RetentionService] })
export class RetentionModule {}
