import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds. Sign-ins and permits are to answer within 50 ms; verifications take minutes. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];
/** Seconds. A revocation is to reach a session within 5 s, and does so within milliseconds where nothing is wrong. */
const PUSH_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** How the delivery of a notice went. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'given-up';
/** How a comparison of the database with the ledger ended. */
export type ReconciliationOutcome = 'clean' | 'differs' | 'failed';

/**
 * What the authority counts of itself, for Prometheus. Labels come from closed sets only: route templates, codes of this
 * software, kinds of records. No id, name, address or text of a caller is ever one.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly readers: (() => Promise<void>)[] = [];
  private readonly registers = [this.registry];

  private readonly requests = new Histogram({
    name: 'guise_http_request_duration_seconds',
    help: 'Requests by route template and class of status; event streams are not among them',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers: this.registers,
  });
  private readonly refusals = new Counter({
    name: 'guise_problems_total',
    help: 'Answers that were problems, by their code',
    labelNames: ['code'],
    registers: this.registers,
  });
  private readonly permits = new Counter({
    name: 'guise_permits_total',
    help: 'Permits asked for: issued, or refused with the first reason',
    labelNames: ['outcome', 'reason'],
    registers: this.registers,
  });
  private readonly pushes = new Histogram({
    name: 'guise_revocation_push_seconds',
    help: 'From the end of a session, decided here, to its event at the open streams of this process',
    buckets: PUSH_BUCKETS,
    registers: this.registers,
  });
  private readonly sequencerErrors = new Counter({
    name: 'guise_ledger_sequencer_errors_total',
    help: 'Batches of the ledger that could not be published and are tried again',
    registers: this.registers,
  });
  private readonly erased = new Counter({
    name: 'guise_ledger_entries_erased_total',
    help: 'Entries of the ledger whose payload and salt were destroyed by right',
    labelNames: ['why'],
    registers: this.registers,
  });
  private readonly deliveries = new Counter({
    name: 'guise_notice_deliveries_total',
    help: 'Notices to persons by channel: delivered, failed and tried again, or given up',
    labelNames: ['channel', 'outcome'],
    registers: this.registers,
  });
  private readonly reconciliations = new Counter({
    name: 'guise_reconciliations_total',
    help: 'Comparisons of the database with the ledger',
    labelNames: ['outcome'],
    registers: this.registers,
  });
  private readonly findings = new Gauge({
    name: 'guise_reconciliation_findings',
    help: 'Records that differ from the ledger, as of the last comparison: anything but 0 is an alarm',
    labelNames: ['kind'],
    registers: this.registers,
  });

  /** The text format, of now: what has to be asked for is asked before anything is written. */
  async text(): Promise<string> {
    await Promise.all(this.readers.map((read) => read()));
    return this.registry.metrics();
  }

  /** Has something read, into gauges of the registry, whenever the text is asked for. */
  beforeText(read: () => Promise<void>): void {
    this.readers.push(read);
  }

  countRequest(request: { method: string; route: string; status: number; seconds: number }): void {
    const { method, route, status, seconds } = request;
    this.requests.observe({ method, route, status: `${String(Math.floor(status / 100))}xx` }, seconds);
  }

  countProblem(code: string): void {
    this.refusals.inc({ code });
  }

  countPermit(outcome: 'issued' | 'refused', reason: string): void {
    this.permits.inc({ outcome, reason });
  }

  countPush(seconds: number): void {
    this.pushes.observe(seconds);
  }

  countSequencerError(): void {
    this.sequencerErrors.inc();
  }

  countErased(why: 'source-face' | 'leaver', entries: number): void {
    this.erased.inc({ why }, entries);
  }

  countDelivery(channel: string, outcome: DeliveryOutcome): void {
    this.deliveries.inc({ channel, outcome });
  }

  /** @param kinds of every record that differs */
  countReconciliation(outcome: ReconciliationOutcome, kinds: readonly string[]): void {
    this.reconciliations.inc({ outcome });
    if (outcome === 'failed') return;
    this.findings.reset();
    for (const kind of kinds) this.findings.inc({ kind });
  }

  /** A value that is read when it is asked for; null is left out. */
  watch(name: string, help: string, read: () => number | null): void {
    const gauge = new Gauge({
      name,
      help,
      registers: this.registers,
      collect() {
        const value = read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
    gauge.set(0);
  }
}
