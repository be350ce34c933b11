import { Module } from '@nestjs/common';
import { AvatarsModule } from '../avatars/avatars.module.js';
import { DevicesModule } from '../devices/devices.module.js';
import { SignInsModule } from '../sign-ins/sign-ins.module.js';
import { AdminGrantsController } from './admin-grants.controller.js';
import { AdminGrants } from './admin-grants.service.js';
import { BootstrapService } from './bootstrap.service.js';
import { Newcomers } from './newcomers.js';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';
import { PersonStates } from './person-states.js';
import { RoleBaseline } from './role-baseline.js';
import { RoleChanges } from './role-changes.js';

@Module({
  imports: [AvatarsModule, DevicesModule, SignInsModule],
  controllers: [PeopleController, AdminGrantsController],
  providers: [
    PeopleService,
    AdminGrants,
    BootstrapService,
    Newcomers,
    PersonStates,
    RoleBaseline,
    RoleChanges,
  ],
  exports: [AdminGrants, Newcomers, PersonStates, RoleChanges],
})
export class PeopleModule {}
