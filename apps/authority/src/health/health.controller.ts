import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { ReadinessService } from './readiness.service.js';

const healthAnswer = z.object({ status: z.literal('ok') });

@Controller()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get('healthz')
  @Requires('public')
  @Answers(200, healthAnswer, 'The process is alive')
  health(): z.infer<typeof healthAnswer> {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Requires('public')
  @Answers(200, healthAnswer, 'The authority can serve: the database answers and nothing is shutting down')
  ready(): Promise<z.infer<typeof healthAnswer>> {
    return this.readiness.check();
  }
}
