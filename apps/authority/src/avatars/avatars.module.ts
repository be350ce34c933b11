import { Module } from '@nestjs/common';
import { EnrolmentsModule } from '../enrolments/enrolments.module.js';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { ApprovalsService } from './approvals.service.js';
import { AvatarChanges } from './avatar-changes.js';
import { AvatarErasure } from './avatar-erasure.js';
import { AvatarDraftsService } from './avatar-drafts.service.js';
import { AvatarsController } from './avatars.controller.js';
import { AvatarsService } from './avatars.service.js';
import { BundleFaceReader } from './bundle-faces.js';
import { BundleStore } from './bundle-store.js';
import { ConsentNotice } from './consent-notice.js';
import { ConsentsService } from './consents.service.js';
import { ExpiryService } from './expiry.service.js';

@Module({
  imports: [PasskeysModule, EnrolmentsModule],
  controllers: [AvatarsController],
  providers: [
    AvatarDraftsService,
    AvatarsService,
    ConsentsService,
    ApprovalsService,
    AvatarChanges,
    AvatarErasure,
    ConsentNotice,
    BundleFaceReader,
    BundleStore,
    ExpiryService,
  ],
  exports: [AvatarsService, ConsentsService, AvatarChanges, AvatarErasure],
})
export class AvatarsModule {}
