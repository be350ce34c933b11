import { Controller, Get, Header, Inject } from '@nestjs/common';
import { exportPerson, type Database } from '@guise/persistence';
import { personExport } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';

@Controller('v1/me')
export class ExportController {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get('export')
  @Requires('signed-in', { strictRate: true })
  @Header('content-disposition', 'attachment; filename="guise-export.json"')
  @Header('cache-control', 'no-store')
  @Answers(200, personExport, 'Everything held about the caller, as one document without secrets')
  async export(@CallingPerson() person: PersonPrincipal) {
    const held = await this.database.transaction((tx) => exportPerson(tx, person.personId));
    return {
      format: 'urn:guise:person-export:v1',
      controller: { id: this.config.publicUrl, name: this.config.organisation },
      person: person.personId,
      exportedAt: this.clock.nowSeconds(),
      ...held,
    };
  }
}
