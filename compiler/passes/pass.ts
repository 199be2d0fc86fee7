import type { Graph } from "../ir/graph.js";

export interface PassOptions {
  /** Also rewrite where the result may be rounded differently. Off by default. */
  readonly inexact?: boolean | undefined;
  /** Values of named sizes, where it depends on them what is better. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** Whether the graph is the body of a loop. */
  readonly body?: boolean | undefined;
}

/** One step of the compiler from a graph to an equal, better one. */
export interface Pass {
  readonly name: string;
  /** Whether it is left out unless results may be rounded differently. */
  readonly inexact?: boolean | undefined;
  /** Whether the bodies of loops come before the graph they are in. */
  readonly innermostFirst?: boolean | undefined;
  run(graph: Graph, options?: PassOptions): Graph;
}
