import type { ServerResponse } from 'node:http';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { findWearSession, type Database } from '@guise/persistence';
import type { SessionEvent } from '@guise/protocol';
import type { FastifyReply } from 'fastify';
import type { DevicePrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { Metrics } from '../metrics/metrics.js';
import { AVATAR_SUSPENDED } from '../permits/wear-grants.js';
import { DATABASE } from '../ports/tokens.js';
import { ChangeFeed } from '../revocations/change-feed.js';

/** Silence longer than a few of these is a dead connection, for both sides. */
const HEARTBEAT_MS = 5_000;
/** A stream ends after this time, so that its token is asked for again. */
const MAX_STREAM_MS = 600_000;
/** One per running session, and one that a broken connection left behind. */
const MAX_STREAMS_PER_DEVICE = 4;
/** A session ends once, so there is one event; its id is the same in every stream. */
const EVENT_ID = 'end';

interface Stream {
  readonly session: string;
  readonly device: DevicePrincipal;
  tell(event: SessionEvent): void;
  close(): void;
}

/** Server-sent events of running sessions: their end, the moment it is committed, on whatever replica that was. */
@Injectable()
export class SessionStreams implements OnModuleInit, BeforeApplicationShutdown {
  private readonly streams = new Set<Stream>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.watch(
      'guise_event_streams_open',
      'Sessions that listen for their end at this process',
      () => this.streams.size,
    );
    this.feed.listen({
      onChange: (change) => {
        if (change.type !== 'session-end') return;
        const { session, end, reason } = change;
        for (const stream of this.streams) if (stream.session === session) stream.tell({ end, reason });
      },
      // Who connects again is told what it missed.
      onGap: () => {
        this.closeAll();
      },
    });
  }

  beforeApplicationShutdown(): void {
    this.closeAll();
  }

  /**
   * Answers with the stream of the device's own session.
   * @param lastEventId what the caller has heard already
   * @throws ProblemError `not-found`, `rate-limited`
   */
  async open(
    device: DevicePrincipal,
    session: string,
    lastEventId: string | undefined,
    reply: FastifyReply,
  ): Promise<void> {
    const own = [...this.streams].filter((stream) => stream.device.deviceId === device.deviceId);
    if (own.length >= MAX_STREAMS_PER_DEVICE) {
      throw new ProblemError('rate-limited', {
        detail: `A device listens to ${MAX_STREAMS_PER_DEVICE} sessions at most.`,
        headers: { 'retry-after': '5' },
      });
    }
    // It listens before the session is read: nothing falls between.
    const stream = new OpenStream(session, device, (ended) => this.streams.delete(ended));
    this.streams.add(stream);
    try {
      const end = await this.endOf(device, session);
      if (end !== null && lastEventId === EVENT_ID) {
        // Nothing comes any more: the answer that tells an EventSource to stop.
        void reply.status(204).send();
        stream.close();
        return;
      }
      reply.hijack();
      stream.start(reply);
      if (end !== null) stream.tell(end);
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  private async endOf(device: DevicePrincipal, id: string): Promise<SessionEvent | null> {
    const session = await findWearSession(this.database.client, id);
    if (session?.deviceId !== device.deviceId) throw new ProblemError('not-found');
    const { state, reason } = session;
    if (state === 'live') return null;
    return { end: reason === AVATAR_SUSPENDED ? 'suspended' : state, reason: reason ?? state };
  }

  private closeAll(): void {
    for (const stream of this.streams) stream.close();
  }
}

class OpenStream implements Stream {
  private response: ServerResponse | undefined;
  private heard: SessionEvent | undefined;
  private timers: readonly NodeJS.Timeout[] = [];

  constructor(
    readonly session: string,
    readonly device: DevicePrincipal,
    private readonly onEnd: (stream: Stream) => void,
  ) {}

  start(reply: FastifyReply): void {
    const response = reply.raw;
    response.writeHead(200, {
      ...Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined)),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 1000\n\n');
    response.once('close', () => {
      this.close();
    });
    this.response = response;
    this.timers = [
      setInterval(() => response.write(':\n\n'), HEARTBEAT_MS),
      setTimeout(() => {
        this.close();
      }, MAX_STREAM_MS),
    ];
    for (const timer of this.timers) timer.unref();
    if (this.heard !== undefined) this.tell(this.heard);
  }

  tell(event: SessionEvent): void {
    this.heard = event;
    if (this.response === undefined) return;
    this.response.write(`id: ${EVENT_ID}\nevent: ${event.end}\ndata: ${JSON.stringify(event)}\n\n`);
    this.close();
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.onEnd(this);
    this.response?.end();
  }
}
