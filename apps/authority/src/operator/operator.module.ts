import { Module } from '@nestjs/common';
import { KeyRotationsModule } from '../keys/key-rotations.module.js';
import { PeopleModule } from '../people/people.module.js';
import { OperatorService } from './operator.service.js';

/** No controller: it is asked by the operator's script alone. */
@Module({ imports: [KeyRotationsModule, PeopleModule], providers: [OperatorService] })
export class OperatorModule {}
