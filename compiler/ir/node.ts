import type { Span } from "../diagnostic.js";
import type { Dim } from "./dim.js";
import type { Op } from "./op.js";
import type { TensorType } from "./type.js";

/** Static parameters of an operation: plain data, so that graphs print, parse and compare. */
export type Attr = null | boolean | Dim | readonly Attr[];
export type Attrs = Readonly<Record<string, Attr>>;

/** A line of the author's program, quoted in the generated code. */
export interface Line {
  /** The statement as written, white space folded. */
  readonly text: string;
  readonly span?: Span | undefined;
}

/**
 * One operation the author wrote. Everything made from it (its gradient, its
 * expansion into simpler operations) carries the same object, so that a
 * printer can say which line a value belongs to. Compared by identity.
 */
export interface Step {
  readonly line: Line;
  /** Where the operation itself is written, for errors. */
  readonly span?: Span | undefined;
}

/** Where a value comes from. Only printers and error messages look. */
export interface Origin {
  readonly step: Step;
  readonly phase: "forward" | "backward";
}

/** One operation of the graph: immutable, in SSA form. */
export interface Node {
  /** Grows with creation, so that increasing ids are a topological order. */
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly type: TensorType;
  readonly origin: Origin;
  /** The author's name for the value, or `d` + name for its gradient. */
  readonly name?: string | undefined;
  /** True where the compiler made the name up; such a value may be written inline. */
  readonly derivedName?: boolean | undefined;
}

let nextId = 0;
let currentOrigin: Origin = { step: { line: { text: "" } }, phase: "forward" };

/** Runs `build`, giving every node made inside the stated origin. */
export function withOrigin<T>(origin: Origin, build: () => T): T {
  const outer = currentOrigin;
  currentOrigin = origin;
  try {
    return build();
  } finally {
    currentOrigin = outer;
  }
}

/** A name and who gave it. */
export type Naming = Pick<Node, "name" | "derivedName">;

/** Makes a node; its type follows from the operation. @throws TypeFault if the inputs do not fit. */
export function makeNode(
  op: Op,
  inputs: readonly Node[],
  attrs: Attrs = {},
  naming: Naming | string = {},
): Node {
  const type = op.type(
    inputs.map((input) => input.type),
    attrs,
  );
  const { name, derivedName } =
    typeof naming === "string" ? { name: naming, derivedName: undefined } : naming;
  return {
    id: nextId++,
    op,
    inputs,
    attrs,
    type,
    origin: currentOrigin,
    name,
    derivedName,
  };
}

/** The same value under another name. The node is fresh: names are not shared by aliases. */
export function renamed(node: Node, naming: Naming | string): Node {
  return withOrigin(node.origin, () => makeNode(node.op, node.inputs, node.attrs, naming));
}

/** The same value under a name made up by an operation's expansion, for readers of the code. */
export function labelled(node: Node, name: string): Node {
  return node.name === undefined ? renamed(node, { name, derivedName: true }) : node;
}
