import { Injectable } from '@nestjs/common';

/** The authority's time. Tests set it. */
export abstract class Clock {
  abstract nowMs(): number;

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Whole seconds since 1970 (RFC 7519 NumericDate). */
  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }
}

@Injectable()
export class SystemClock extends Clock {
  nowMs(): number {
    return Date.now();
  }
}
