import { Module } from '@nestjs/common';
import { AvatarsModule } from '../avatars/avatars.module.js';
import { RetentionService } from './retention.service.js';

@Module({ imports: [AvatarsModule], providers: [RetentionService] })
export class RetentionModule {}
