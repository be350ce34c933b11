/**
 * Test-only process: an authority that kills itself with SIGKILL before its n-th write after `armed`, while it answers
 * one prepared request. Says `done` when the request was answered first.
 */
import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { z } from 'zod';
import { parseConfig } from '../config.js';
import { createAuthority } from '../create-authority.js';
import { Api } from './api.js';
import { TestClock } from './clock.js';

const task = z.object({
  env: z.record(z.string(), z.string()),
  url: z.string(),
  token: z.string(),
  json: z.unknown(),
  /** 1 is the first write. */
  killAtWrite: z.int().min(1),
});
export type CrashTask = z.infer<typeof task>;

const { env, url, token, json, killAtWrite } = task.parse(JSON.parse(process.argv[2] ?? ''));
let armed = false;
let writes = 0;
const { app } = await createAuthority(parseConfig(env), {
  clock: new TestClock(),
  logger: pino({ level: 'silent' }),
  database: {
    onStatement: (sql) => {
      if (!armed || !/^\s*(INSERT|UPDATE|DELETE|COMMIT)/i.test(sql)) return;
      writes += 1;
      if (writes === killAtWrite) process.kill(process.pid, 'SIGKILL');
    },
  },
});
// The next children start sooner from what this one compiled.
flushCompileCache();
armed = true;
const answer = await new Api(app).post(url, json, { token });
armed = false;
process.stdout.write(`done ${String(answer.status)}\n`);
await app.close();
