import { Global, Module } from '@nestjs/common';
import { DatabaseMetrics } from './database-metrics.js';
import { MetricsServer } from './metrics-server.js';
import { Metrics } from './metrics.js';

/** What the authority counts of itself. Other modules count; only this one serves. */
@Global()
@Module({ providers: [Metrics, DatabaseMetrics, MetricsServer], exports: [Metrics] })
export class MetricsModule {}
