import { Module } from '@nestjs/common';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { PeopleModule } from '../people/people.module.js';
import { ScimModule } from '../scim/scim.module.js';
import { SignInsModule } from '../sign-ins/sign-ins.module.js';
import { OidcController } from './oidc.controller.js';
import { OidcService } from './oidc.service.js';
import { ProvidedPeople } from './provided-people.js';
import { OidcProvider } from './provider.js';

@Module({
  imports: [PasskeysModule, PeopleModule, ScimModule, SignInsModule],
  controllers: [OidcController],
  providers: [OidcService, OidcProvider, ProvidedPeople],
})
export class OidcModule {}
