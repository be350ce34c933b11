import { Controller, Get, Header, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  detectionReport,
  verificationId,
  verificationProgress,
  verificationReport,
  type VerificationId,
  type VerificationProgress,
} from '@guise/protocol';
import { z } from 'zod';
import { Answers, OrAnswers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { Uploads, type UploadForm } from '../http/upload.js';
import { MAX_MEDIA_BYTES } from './open-material.js';
import { VerificationsService } from './verifications.service.js';

/** A recording for an auditor; a short one for anyone. */
const RECORDING: UploadForm = { file: 'file', maxBytes: MAX_MEDIA_BYTES };
const SNIPPET: UploadForm = { file: 'file', maxBytes: 30 * 2 ** 20 };

/** `?whole=true`: every second is looked at, however long the recording is; the report is asked for later. */
const verifyQuery = z.strictObject({ whole: z.stringbool().default(false) });

const ASK_AGAIN_SECONDS = 5;

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
  @OrAnswers(202, verificationProgress, 'It is read as a whole: ask again at `Location` after `Retry-After`')
  verify(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallingPerson() person: PersonPrincipal,
    @Query({ schema: verifyQuery }) { whole }: z.infer<typeof verifyQuery>,
  ) {
    // Before gigabytes are sent for nothing.
    if (whole) this.verifications.requireRoomForWhole();
    return this.uploads.receive(request, RECORDING, async (upload) =>
      whole
        ? askLater(reply, await this.verifications.startWhole(person.personId, upload))
        : this.verifications.verify(person.personId, upload),
    );
  }

  @Get('verifications/:id')
  @Requires('auditor')
  @Header('cache-control', 'no-store')
  @Answers(200, verificationReport, 'An own earlier verification')
  @OrAnswers(202, verificationProgress, 'It is not done: ask again after `Retry-After`')
  async read(
    @Param('id', { schema: verificationId }) id: VerificationId,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallingPerson() person: PersonPrincipal,
  ) {
    const found = await this.verifications.read(person.personId, id);
    return 'progress' in found ? askLater(reply, found.progress) : found.report;
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

function askLater(reply: FastifyReply, progress: VerificationProgress): VerificationProgress {
  void reply
    .status(202)
    .header('location', `/v1/verifications/${progress.id}`)
    .header('retry-after', String(ASK_AGAIN_SECONDS));
  return progress;
}
