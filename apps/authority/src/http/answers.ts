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
import { map, type Observable } from 'rxjs';
import type { z } from 'zod';

const ANSWER_KEY = 'guise:answer';

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

/** Lets out only what the answer's schema names: a forgotten column cannot leak, a wrong shape is a 500 here. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const schema = this.reflector.get<z.ZodType | null | undefined>(ANSWER_KEY, context.getHandler());
    if (schema === undefined || schema === null) return next.handle();
    return next.handle().pipe(map((value: unknown) => schema.parse(value)));
  }
}
