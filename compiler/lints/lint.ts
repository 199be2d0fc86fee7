import type { DiagnosticCode } from "../diagnostic.js";
import type { Node } from "../ir/node.js";
import type { Interval } from "./interval.js";

/** An operation the author wrote, as it will be computed. */
export interface Site {
  /** The operation after the passes. */
  readonly node: Node;
  /** What the author wrote for it. */
  readonly written: Node;
  /** The numbers a value after the passes can be. */
  readonly range: (node: Node) => Interval;
  /** A value of the author's, in the author's words. */
  readonly quote: (node: Node | undefined) => string;
}

/** What is wrong, and a way to write it that is not. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
}

/**
 * One kind of mistake that compiles all the same.
 *
 * Lints see operations that are still there after the passes under one of the
 * names in `ops`. So what `stabilise` mends is not reported, nor what an
 * operation is made of inside.
 */
export interface Lint {
  readonly ops: ReadonlySet<string>;
  readonly check: (site: Site) => Finding | null;
}
