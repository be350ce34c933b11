import { Module } from '@nestjs/common';
import { PermitsModule } from '../permits/permits.module.js';
import { SessionRevoker } from './session-revoker.js';

@Module({ imports: [PermitsModule], providers: [SessionRevoker] })
export class RevocationsModule {}
