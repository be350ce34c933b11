import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ProblemError } from '../http/problem-error.js';

/** Holds the OpenAPI document, which exists only after all routes do. */
@Injectable()
export class ApiDocument {
  private document: OpenAPIObject | undefined;

  publish(document: OpenAPIObject): void {
    this.document = document;
  }

  read(): OpenAPIObject {
    if (this.document === undefined) throw new ProblemError('not-ready');
    return this.document;
  }
}
