import type { Graph } from '../graph.js';
import type { GraphBuilder } from '../onnx/graph-builder.js';
import type { Layouts } from './layout.js';

/** What writing an operator needs. */
export interface Context {
  readonly graph: Graph;
  readonly builder: GraphBuilder;
  readonly layouts: Layouts;
}
