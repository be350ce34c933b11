import { Module } from '@nestjs/common';
import { PeopleModule } from '../people/people.module.js';
import { AdoptionsController } from './adoptions.controller.js';
import { Adoptions } from './adoptions.service.js';
import { DirectoryNames } from './directory-names.js';
import { ProvisioningClientsController } from './provisioning-clients.controller.js';
import { ProvisioningClients } from './provisioning-clients.service.js';
import { ScimController } from './scim.controller.js';
import { ScimUsers } from './scim-users.service.js';
import { SubjectLinks } from './subject-links.js';

@Module({
  imports: [PeopleModule],
  controllers: [AdoptionsController, ProvisioningClientsController, ScimController],
  providers: [Adoptions, DirectoryNames, ProvisioningClients, ScimUsers, SubjectLinks],
  exports: [DirectoryNames],
})
export class ScimModule {}
