import { Module } from '@nestjs/common';
import { ApiDocument } from './api-document.js';
import { Assets } from './assets.js';
import { LandingController } from './landing.controller.js';

@Module({ controllers: [LandingController], providers: [Assets, ApiDocument] })
export class LandingModule {}
