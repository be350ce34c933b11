import {
  HttpCode,
  SetMetadata,
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { z } from 'zod';

const ANSWER_KEY = 'guise:answer';
const OTHER_ANSWER_KEY = 'guise:other-answer';

interface OtherAnswer {
  readonly status: number;
  readonly schema: z.ZodType;
}

/** Status, schema and one-line summary of a route's answer: for the OpenAPI document and for the check on the way out. */
export function Answers(status: number, schema: z.ZodType | null, summary: string) {
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary }),
    SetMetadata(ANSWER_KEY, schema),
    ApiResponse(
      schema === null
        ? { status, description: summary }
        : { status, description: summary, standardSchema: schema },
    ),
  );
}

/** Another answer that the route gives when it sets this status itself. */
export function OrAnswers(status: number, schema: z.ZodType, summary: string) {
  const other: OtherAnswer = { status, schema };
  return applyDecorators(
    SetMetadata(OTHER_ANSWER_KEY, other),
    ApiResponse({ status, description: summary, standardSchema: schema }),
  );
}

/** Lets out only what the answer's schema names: a forgotten column cannot leak, a wrong shape is a 500 here. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const schema = this.reflector.get<z.ZodType | null | undefined>(ANSWER_KEY, context.getHandler());
    if (schema === undefined || schema === null) return next.handle();
    const other = this.reflector.get<OtherAnswer | undefined>(OTHER_ANSWER_KEY, context.getHandler());
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const schemaOf = (status: number): z.ZodType => (status === other?.status ? other.schema : schema);
    return next.handle().pipe(map((value: unknown) => schemaOf(reply.statusCode).parse(value)));
  }
}
