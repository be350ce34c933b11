import { Controller, Get, Header, Param, Post, Query, Req } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { detectionReport, verificationId, verificationReport } from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { Uploads, type UploadForm } from '../http/upload.js';
import { MAX_MEDIA_BYTES } from './open-material.js';
import { VerificationsService } from './verifications.service.js';

/** A recording for an auditor; a short one for anyone. */
const RECORDING: UploadForm = { file: 'file', maxBytes: MAX_MEDIA_BYTES };
const SNIPPET: UploadForm = { file: 'file', maxBytes: 30 * 2 ** 20 };

/** `?whole=true`: every second is looked at, however long the recording is and the answer takes. */
const verifyQuery = z.strictObject({ whole: z.stringbool().default(false) });

@Controller('v1')
export class VerificationsController {
  constructor(
    private readonly verifications: VerificationsService,
    private readonly uploads: Uploads,
  ) {}

  @Post('verifications')
  @Requires('auditor', { strictRate: true })
  @ApiConsumes('multipart/form-data')
  @Header('cache-control', 'no-store')
  @Answers(
    201,
    verificationReport,
    'Verify a picture or clip (part `file`): verdict, facts and proof; the file is discarded',
  )
  verify(
    @Req() request: FastifyRequest,
    @CallingPerson() person: PersonPrincipal,
    @Query({ schema: verifyQuery }) { whole }: z.infer<typeof verifyQuery>,
  ) {
    return this.uploads.receive(request, RECORDING, (upload) =>
      this.verifications.verify(person.personId, upload, { whole }),
    );
  }

  @Get('verifications/:id')
  @Requires('auditor')
  @Header('cache-control', 'no-store')
  @Answers(200, verificationReport, 'An own earlier verification')
  read(@Param('id', { schema: verificationId }) id: string, @CallingPerson() person: PersonPrincipal) {
    return this.verifications.read(person.personId, id);
  }

  @Post('detect')
  @Requires('public', { strictRate: true })
  @ApiConsumes('multipart/form-data')
  @Header('cache-control', 'no-store')
  @Answers(
    200,
    detectionReport,
    'Whether a picture or clip (part `file`) is marked and authorised; names nobody',
  )
  detect(@Req() request: FastifyRequest) {
    return this.uploads.receive(request, SNIPPET, (upload) => this.verifications.detect(upload));
  }
}
