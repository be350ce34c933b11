import { Module } from '@nestjs/common';
import { AvatarsModule } from '../avatars/avatars.module.js';
import { ErasureController } from './erasure.controller.js';
import { ErasureService } from './erasure.service.js';

@Module({ imports: [AvatarsModule], controllers: [ErasureController], providers: [ErasureService] })
export class ErasureModule {}
