import { Module } from '@nestjs/common';
import { AvatarsModule } from '../avatars/avatars.module.js';
import { DevicesModule } from '../devices/devices.module.js';
import { SignInsModule } from '../sign-ins/sign-ins.module.js';
import { AdminGrantsController } from './admin-grants.controller.js';
import { AdminGrants } from './admin-grants.service.js';
import { BootstrapService } from './bootstrap.service.js';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';
import { PersonStates } from './person-states.js';
import { RoleChanges } from './role-changes.js';

@Module({
  imports: [AvatarsModule, DevicesModule, SignInsModule],
  controllers: [PeopleController, AdminGrantsController],
  providers: [PeopleService, AdminGrants, BootstrapService, PersonStates, RoleChanges],
  exports: [AdminGrants, PersonStates, RoleChanges],
})
export class PeopleModule {}
