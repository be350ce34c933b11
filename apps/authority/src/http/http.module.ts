import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AnswerSeal } from '../idempotency/answer-seal.js';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor.js';
import { AnswerInterceptor } from './answers.js';
import { Authenticator } from './authenticator.js';
import { EdgePipe } from './edge.pipe.js';
import { PermissionGuard } from './permission.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { Uploads } from './upload.js';

/** What every route passes: permission, schema, answer check, problem details. */
@Global()
@Module({
  providers: [
    Authenticator,
    Uploads,
    { provide: APP_GUARD, useClass: PermissionGuard },
    { provide: APP_PIPE, useClass: EdgePipe },
    AnswerSeal,
    // Around the other: what is kept is what left.
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [Authenticator, Uploads],
})
export class HttpModule {}
