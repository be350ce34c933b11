import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { consentId, consentList } from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { ReceiptsService } from './receipts.service.js';

const page = z.strictObject({
  after: consentId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

@Controller('v1/consents')
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  @Get()
  @Requires('signed-in')
  @Answers(200, consentList, 'The consents the caller gave, page by page')
  list(@CallingPerson() person: PersonPrincipal, @Query({ schema: page }) query: z.infer<typeof page>) {
    return this.receipts.list(person, query.after ?? null, query.limit);
  }

  @Get(':id/receipt')
  @Requires('signed-in')
  @Header('content-disposition', 'attachment; filename="consent-receipt.jwt"')
  @Header('cache-control', 'no-store')
  @Answers(
    200,
    null,
    'The consent as a signed record (ISO/IEC TS 27560), for the subject and whom the policy names',
  )
  async receipt(@CallingPerson() person: PersonPrincipal, @Param('id', { schema: consentId }) id: string) {
    return new StreamableFile(Buffer.from(await this.receipts.issue(person, id)), {
      type: 'application/jwt',
    });
  }
}
