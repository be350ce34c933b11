import { Module } from '@nestjs/common';
import { PeopleModule } from '../people/people.module.js';
import { ProvisioningClientsController } from './provisioning-clients.controller.js';
import { ProvisioningClients } from './provisioning-clients.service.js';
import { ScimController } from './scim.controller.js';
import { ScimUsers } from './scim-users.service.js';

@Module({
  imports: [PeopleModule],
  controllers: [ProvisioningClientsController, ScimController],
  providers: [ProvisioningClients, ScimUsers],
})
export class ScimModule {}
