import { Global, Module } from '@nestjs/common';
import { AddressCodes } from './address-codes.js';
import { NoticeAddressesController } from './notice-addresses.controller.js';
import { NoticeAddresses } from './notice-addresses.service.js';
import { PersonNoticesController } from './person-notices.controller.js';
import { PersonNotices } from './person-notices.service.js';

@Global()
@Module({
  controllers: [PersonNoticesController, NoticeAddressesController],
  providers: [AddressCodes, PersonNotices, NoticeAddresses],
  exports: [PersonNotices],
})
export class PersonNoticesModule {}
