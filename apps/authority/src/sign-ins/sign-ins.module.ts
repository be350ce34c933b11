import { Module } from '@nestjs/common';
import { SignInsController } from './sign-ins.controller.js';
import { SignIns } from './sign-ins.js';

@Module({ controllers: [SignInsController], providers: [SignIns], exports: [SignIns] })
export class SignInsModule {}
