import { Global, Module } from '@nestjs/common';
import { PersonNoticesController } from './person-notices.controller.js';
import { PersonNotices } from './person-notices.service.js';

@Global()
@Module({ controllers: [PersonNoticesController], providers: [PersonNotices], exports: [PersonNotices] })
export class PersonNoticesModule {}
