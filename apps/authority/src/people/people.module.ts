import { Module } from '@nestjs/common';
import { BootstrapService } from './bootstrap.service.js';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';

@Module({ controllers: [PeopleController], providers: [PeopleService, BootstrapService] })
export class PeopleModule {}
