import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import {
  keyHistory,
  keyRotationRequest,
  signedStatement,
  signingKeyList,
  statementOffer,
  type KeyRotationRequest,
  type SignedStatement,
} from '@guise/protocol';
import { Answers } from '../http/answers.js';
import { Requires } from '../http/permission.js';
import { CallingPerson, type PersonPrincipal } from '../http/principal.js';
import { KeyHistoryService } from './key-history.js';
import { KeyRotations } from './key-rotations.service.js';

@Controller()
export class KeysController {
  constructor(
    private readonly rotations: KeyRotations,
    private readonly history: KeyHistoryService,
  ) {}

  @Get('v1/keys')
  @Requires(['admin', 'auditor'])
  @Answers(200, signingKeyList, 'Signing keys, past, present and next')
  list() {
    return this.rotations.list();
  }

  @Post('v1/keys/rotation-offer')
  @Requires('admin')
  @Answers(200, statementOffer, 'The rotation as a statement, for the admin to sign')
  offer(
    @CallingPerson() admin: PersonPrincipal,
    @Body({ schema: keyRotationRequest }) body: KeyRotationRequest,
  ) {
    return this.rotations.offer(admin, body);
  }

  @Post('v1/keys/rotation')
  @Requires('admin', { stepUp: 'signature' })
  @Answers(201, signingKeyList, 'Make a new key by the signed statement: in turn, or at once')
  rotate(@CallingPerson() admin: PersonPrincipal, @Body({ schema: signedStatement }) body: SignedStatement) {
    return this.rotations.rotate(admin, body);
  }

  @Get('.well-known/guise-keys.json')
  @Requires('public')
  @Header('cache-control', 'public, max-age=60')
  @Answers(200, keyHistory, 'Every signing key there ever was, proven by the ledger')
  proven() {
    return this.history.read();
  }
}
