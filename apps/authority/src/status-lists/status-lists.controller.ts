import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_LIST_MEDIA_TYPE } from '@guise/permit';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { STATUS_TTL_SECONDS, StatusListPublisher } from './status-list-publisher.js';

/** 128 bits, as permits name the list. */
const params = z.object({
  list: z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'expected the id of a status list'),
});

@Controller('v1/status-lists')
export class StatusListsController {
  constructor(private readonly publisher: StatusListPublisher) {}

  @Get(':list')
  @Requires('public')
  @Answers(200, null, 'Which permits are invalid or suspended (Token Status List)')
  async read(
    @Param({ schema: params }) { list }: z.infer<typeof params>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const { token, etag } = await this.publisher.published(list);
    void reply.header('etag', etag).header('cache-control', `public, max-age=${STATUS_TTL_SECONDS}`);
    if (request.headers['if-none-match'] === etag) {
      void reply.status(304);
      return undefined;
    }
    void reply.type(STATUS_LIST_MEDIA_TYPE);
    return token;
  }
}
