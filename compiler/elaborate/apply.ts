import type { Note, Span } from "../diagnostic.js";
import { dimNames } from "../ir/dim.js";
import { makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type Op } from "../ir/op.js";
import { formatType, type Shape } from "../ir/type.js";
import { registry } from "../ops/index.js";
import { read } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { checkOperand, toNodes } from "./operands.js";
import { booleanValue, nodeValue, numberValue, POISON, type Value } from "./values.js";

/** Elements of one tensor: what a typed array can address. */
const MAX_ELEMENTS = 2 ** 32;
const MAX_RANK = 32;
/** Terms of the number of elements of a tensor, as a polynomial of named sizes. */
const MAX_TERMS = 200;

/** An operation by its name, which must exist. */
export function operation(name: string): Op {
  const op = registry.get(name);
  if (op === undefined) throw new Error(`there is no operation ${name}`);
  return op;
}

/**
 * Applies an operation as the author wrote it at `span`. Numbers known at
 * build time give a number; faults of type become diagnostics with the shapes
 * of the operands and where each comes from. `shown` is what the author wrote
 * for the operation, such as its operator.
 */
export function applyOperation(
  context: Context,
  op: Op,
  given: readonly Placed[],
  attrs: Attrs,
  span: Span,
  shown = op.name,
): Value {
  const valid = given.map((operand) => checkOperand(context, operand));
  if (valid.includes(false)) return POISON;
  const operands = given.map((operand) => read(context, operand));
  const values = operands.map(({ value }) => value);
  const folded = fold(op, values, attrs);
  if (folded !== undefined) return folded;
  const build = () => {
    try {
      return applied(op, toNodes(op, values), attrs);
    } catch (fault) {
      const retry = wholeOperands(fault, values);
      if (retry.size === 0) throw fault;
      return applied(op, toNodes(op, values, retry), attrs);
    }
  };
  return buildChecked(context, operands, span, () => calledAs(op, shown, build));
}

/** Faults of an operation speak of it as the author wrote it. */
function calledAs(op: Op, shown: string, build: () => Node): Node {
  try {
    return build();
  } catch (fault) {
    const prefix = `${op.name}: `;
    if (!(fault instanceof TypeFault) || shown === op.name || !fault.message.startsWith(prefix))
      throw fault;
    const { operands, accepted, hint } = fault;
    throw new TypeFault(fault.code, `${shown}: ${fault.message.slice(prefix.length)}`, {
      operands,
      ...(accepted === undefined ? {} : { accepted }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function applied(op: Op, inputs: readonly Node[], attrs: Attrs): Node {
  const types = inputs.map((input) => input.type);
  const node = makeNode(op, inputs, op.normalise?.(types, attrs) ?? attrs);
  checkFormula(node);
  return node;
}

/** What an operation stands for must fit as well: the mean in a loss needs an element. */
function checkFormula({ id, op, inputs, attrs }: Node): void {
  if (op.lowering.kind !== "expand") return;
  try {
    const formula = new Set([op.lowering.expand(inputs, attrs)]);
    for (const node of formula) {
      // What is older was there before, and has been checked.
      if (node.id <= id) continue;
      checkFormula(node);
      node.inputs.forEach((input) => formula.add(input));
    }
  } catch (fault) {
    if (!(fault instanceof TypeFault)) throw fault;
    const { code, message, accepted, hint } = fault;
    throw new TypeFault(code, `${op.name}: ${message}`, {
      ...(accepted === undefined ? {} : { accepted }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Operands refused for their dtype that are whole numbers: these serve as integers too, as in take(x, 0). */
function wholeOperands(fault: unknown, values: readonly Value[]): ReadonlySet<number> {
  if (!(fault instanceof TypeFault) || fault.code !== "FG307") return new Set();
  const whole = fault.operands.filter((i) => {
    const value = values[i];
    return value?.kind === "number" && (value.value | 0) === value.value;
  });
  return new Set(whole);
}

/** Builds nodes from operands at `span`, reporting faults of type against the operands. */
export function buildChecked(
  context: Context,
  operands: readonly Placed[],
  span: Span,
  make: () => Node,
): Value {
  try {
    const node = context.build(span, make);
    return checkShape(context, node.type.shape, span) ? nodeValue(node) : POISON;
  } catch (fault) {
    if (!(fault instanceof TypeFault)) throw fault;
    return context.error(fault.code, fault.message, span, {
      accepted: fault.accepted,
      hint: fault.hint,
      notes: blame(context, fault, operands),
    });
  }
}

/** An elementwise operation on numbers known at build time. */
function fold(op: Op, values: readonly Value[], attrs: Attrs): Value | undefined {
  if (op.lowering.kind !== "scalar" || values.length === 0) return undefined;
  const numbers = values.flatMap((value) =>
    value.kind === "number" || value.kind === "boolean" ? [Number(value.value)] : [],
  );
  if (numbers.length < values.length) return undefined;
  const inputs = values.map((value, i) => ({
    dtype: value.kind === "boolean" ? ("bool" as const) : ("f64" as const),
    shape: [],
    data: [numbers[i] ?? NaN],
  }));
  const { dtype } = op.type(inputs, attrs);
  const result = op.evaluate(inputs, attrs, { dtype, shape: [] }).data[0] ?? NaN;
  return dtype === "bool" ? booleanValue(result !== 0) : numberValue(result);
}

function blame(context: Context, fault: TypeFault, operands: readonly Placed[]): readonly Note[] {
  const blamed =
    fault.operands.length === 0
      ? operands
      : [...new Set(fault.operands)].flatMap((i) => operands[i] ?? []);
  const nodes = new Set<Node>();
  return blamed.flatMap(({ value, span }) => {
    if (value.kind !== "node" || nodes.has(value.node)) return [];
    nodes.add(value.node);
    return [sourceOf(context, value.node, span)];
  });
}

/** What an operand is and where it comes from: its declaration, its computation, or where it stands. */
function sourceOf(context: Context, node: Node, span: Span): Note {
  const found =
    node.type.shape.length === 0 ? `a scalar, ${node.type.dtype}` : formatType(node.type);
  const declared = context.inputSpans.get(node);
  if (declared !== undefined)
    return {
      message: `\`${String(node.attrs["name"])}\` is declared ${found} here`,
      span: declared,
    };
  const computed = node.origin.step.span;
  const elsewhere =
    computed !== undefined && (computed.start !== span.start || computed.end !== span.end);
  if (node.name !== undefined && node.derivedName !== true && elsewhere)
    return { message: `\`${node.name}\` is computed here: ${found}`, span: computed };
  return { message: `this is ${found}`, span };
}

/** Refuses shapes beyond any memory, and sizes whose polynomials would be too large to work with. */
export function checkShape(context: Context, shape: Shape, span: Span): boolean {
  const terms = shape.reduce<number>((product, dim) => product * termCount(String(dim)), 1);
  const numbers = shape.filter((dim) => typeof dim === "number");
  const elements = numbers.reduce((p, q) => p * q, 1);
  const valid =
    shape.length <= MAX_RANK &&
    elements <= MAX_ELEMENTS &&
    terms <= MAX_TERMS &&
    numbers.every((dim) => Number.isSafeInteger(dim) && dim >= 0) &&
    shape.every((dim) => dimNames(dim).length <= MAX_RANK);
  if (!valid) {
    const shown = `[${shape.join(", ")}]`;
    context.error(
      "FG312",
      `${shown.length > 80 ? "this shape" : `the shape ${shown}`} is not possible`,
      span,
      {
        accepted: `at most ${MAX_RANK} axes of whole, non-negative sizes, and ${MAX_ELEMENTS} elements`,
      },
    );
  }
  return valid;
}

/** Number of terms of a dimension in canonical text; long products count for more. */
export function termCount(dim: string): number {
  return dim.split(/ [+-] /).length + Math.floor(dim.length / 200);
}
