import type { DiagnosticSink, SourceFile } from "../diagnostic.js";
import { nodesOf, type Graph } from "../ir/graph.js";
import type { Node, Step } from "../ir/node.js";
import { guardedNodes } from "./guarded.js";
import { inverseTrigonometry } from "./inverseTrigonometry.js";
import type { Finding, Lint, Site } from "./lint.js";
import { logarithm } from "./logarithm.js";
import { negativeBase } from "./negativeBase.js";
import { quotient } from "./quotient.js";
import { rangesOf } from "./ranges.js";
import { root } from "./root.js";
import { rootOfSquare } from "./rootOfSquare.js";
import { softmax } from "./softmax.js";
import { quoted } from "./wording.js";
import { warnZeroGradients } from "./zeroGradient.js";

/** Of several that find something in one operation, the first reports. */
const LINTS: readonly Lint[] = [
  softmax,
  logarithm,
  negativeBase,
  root,
  quotient,
  inverseTrigonometry,
];

/** Lints of what the author wrote, whatever the passes make of it. */
const WRITTEN_LINTS: readonly Lint[] = [rootOfSquare];

/**
 * Warns of places where a model has an infinite or undefined gradient.
 *
 * The rule: a value is followed through the operations that bound it (relu and
 * squares from 0 on, sigmoid up to 1, …). A warning is given where that range
 * ends at a pole and reaches it, as the range of relu(x) in log(relu(x)). A
 * value that no operation bounds, as a parameter or a difference, is never
 * warned of; nor is one that is only used in an arm of `where`, `if` or `? :`.
 *
 * `graph` is as the author wrote it, `forward` after the passes; they share
 * their inputs. `wrt` are those differentiated.
 */
export function lint(
  graph: Graph,
  forward: Graph,
  wrt: readonly Node[],
  file: SourceFile,
  sink: DiagnosticSink,
): void {
  const range = rangesOf(forward);
  const guarded = guardedNodes(forward);
  const quote = (node: Node | undefined) => (node === undefined ? "x" : quoted(node, file));
  const written = new Map<Step, Node>(nodesOf(graph).map((node) => [node.origin.step, node]));
  const report = (lints: readonly Lint[], site: Site) => {
    const found = firstFinding(lints, site);
    if (found === undefined) return;
    const { code, message, hint } = found;
    sink.warning(code, message, site.written.origin.step.span, { hint });
  };
  warnZeroGradients(forward, wrt, written, sink);
  for (const node of written.values()) {
    report(WRITTEN_LINTS, { node, written: node, range, quote });
  }
  for (const node of nodesOf(forward)) {
    const origin = written.get(node.origin.step);
    if (origin !== undefined && !guarded.has(node)) {
      report(LINTS, { node, written: origin, range, quote });
    }
  }
}

function firstFinding(lints: readonly Lint[], site: Site): Finding | undefined {
  for (const { ops, check } of lints) {
    // Inside of what the author wrote as one operation, formulas know what they do.
    const found = ops.has(site.node.op.name) && ops.has(site.written.op.name) ? check(site) : null;
    if (found !== null) return found;
  }
  return undefined;
}
