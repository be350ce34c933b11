import { Global, Module } from '@nestjs/common';
import { DecisionsController } from './decisions.controller.js';
import { Decisions } from './decisions.js';

/** Global: decisions are made in several capabilities and kept in one place. */
@Global()
@Module({ controllers: [DecisionsController], providers: [Decisions], exports: [Decisions] })
export class DecisionsModule {}
