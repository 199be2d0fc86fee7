import type { DiagnosticSink, Span } from "../diagnostic.js";

/**
 * How deep a program may be nested. Every later stage walks the tree by
 * recursion; this bound is what keeps all of them clear of the stack's end.
 */
export const MAX_DEPTH = 500;

/** Reports nesting beyond {@link MAX_DEPTH}; `found` is a level count where it is known. */
export function reportTooDeep(sink: DiagnosticSink, span: Span, found?: number): void {
  const levels = found === undefined ? "" : `: ${found} levels`;
  sink.error("FG104", `this is nested too deeply${levels}`, span, {
    accepted: `at most ${MAX_DEPTH} levels of brackets, operators and blocks`,
    hint: "give the inner parts names, in statements of their own, or use `sum` over a tensor",
  });
}

/**
 * The first part of a tree below {@link MAX_DEPTH} levels. A chain such as
 * `a + b + c + …` is parsed by a loop but still makes a deep tree.
 */
export function findTooDeep(root: object): Span | undefined {
  const pending: { readonly value: unknown; readonly depth: number }[] = [
    { value: root, depth: 0 },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (typeof value !== "object" || value === null) continue;
    const isNode = "kind" in value && "span" in value;
    if (isNode && depth > MAX_DEPTH) return value.span as Span;
    for (const child of Object.values(value)) {
      pending.push({ value: child, depth: isNode ? depth + 1 : depth });
    }
  }
  return undefined;
}

/**
 * Runs what recurses over a program. If the stack ends before {@link MAX_DEPTH},
 * because the caller has used up most of it, the program is refused all the same.
 */
export function withinStack<T>(sink: DiagnosticSink, path: string, run: () => T, otherwise: T): T {
  try {
    return run();
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    reportTooDeep(sink, { file: path, start: 0, end: 0 });
    return otherwise;
  }
}
