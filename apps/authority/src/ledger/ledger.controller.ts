import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { encodeBase64Url } from '@guise/ledger';
import { hashList, ledgerStatus } from '@guise/protocol';
import { z } from 'zod';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { LedgerReader } from './ledger-reader.js';

const treeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number);
const inclusionQuery = z.strictObject({ index: treeNumber, size: treeNumber });
const consistencyQuery = z.strictObject({ first: treeNumber, second: treeNumber });
/** `*` is the rest of the path: index groups and, for a partial tile, its width. */
const tileParams = z.object({ level: z.string().max(8), '*': z.string().max(64) });

/** The public log as C2SP tlog-tiles lays it out, and proofs for clients that keep no tiles. */
@Controller()
export class LedgerController {
  constructor(private readonly ledger: LedgerReader) {}

  @Get('log/checkpoint')
  @Requires('public')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('cache-control', 'no-cache')
  @Answers(200, null, 'The newest checkpoint, a signed note (C2SP tlog-checkpoint)')
  async checkpoint(): Promise<string> {
    return (await this.ledger.published()).checkpoint.note;
  }

  @Get('log/tile/:level/*')
  @Requires('public')
  @Header('cache-control', 'public, max-age=31536000, immutable')
  @Answers(200, null, 'A tile of hashes or entries (C2SP tlog-tiles)')
  async tile(@Param({ schema: tileParams }) tile: z.infer<typeof tileParams>): Promise<StreamableFile> {
    return new StreamableFile(await this.ledger.tile(`tile/${tile.level}/${tile['*']}`));
  }

  @Get('v1/ledger/status')
  @Requires('public')
  @Answers(200, ledgerStatus, 'Size, root and verifier key of the log')
  status() {
    return this.ledger.status();
  }

  @Get('v1/ledger/proof/inclusion')
  @Requires('public')
  @Answers(200, hashList, 'Inclusion proof of a leaf in the tree of a size (RFC 6962 §2.1.1)')
  async inclusion(@Query({ schema: inclusionQuery }) query: z.infer<typeof inclusionQuery>) {
    return { hashes: (await this.ledger.inclusionProof(query.index, query.size)).map(encodeBase64Url) };
  }

  @Get('v1/ledger/proof/consistency')
  @Requires('public')
  @Answers(200, hashList, 'Consistency proof between the trees of two sizes (RFC 6962 §2.1.2)')
  async consistency(@Query({ schema: consistencyQuery }) query: z.infer<typeof consistencyQuery>) {
    return { hashes: (await this.ledger.consistencyProof(query.first, query.second)).map(encodeBase64Url) };
  }
}
