import { Module } from '@nestjs/common';
import { SignInsModule } from '../sign-ins/sign-ins.module.js';
import { BootstrapService } from './bootstrap.service.js';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';

@Module({
  imports: [SignInsModule],
  controllers: [PeopleController],
  providers: [PeopleService, BootstrapService],
})
export class PeopleModule {}
