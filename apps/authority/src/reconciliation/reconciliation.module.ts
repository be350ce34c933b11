import { Module } from '@nestjs/common';
import { Reconciliation } from './reconciliation.service.js';

@Module({ providers: [Reconciliation] })
export class ReconciliationModule {}
