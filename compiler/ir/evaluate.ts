import { dimNames, evaluateDim, parseDim } from "./dim.js";
import type { Graph } from "./graph.js";
import type { Attr, Attrs, Node } from "./node.js";
import type { Op, Value } from "./op.js";
import { loopParts } from "./region.js";

type Sizes = Readonly<Record<string, number>>;

/**
 * The reference interpreter: what a graph means, slowly.
 *
 * Numbers are doubles; the elements of an f32 tensor are rounded to single
 * precision where they are computed. Scalars are not rounded whatever their
 * dtype, as in generated code, where they are local variables; nor is what
 * only moves elements (views and reshapes), which need not exist in memory.
 *
 * @param inputs by name, row-major, of the shapes that the sizes give.
 * @throws RangeError if an input or a size is missing or does not fit.
 */
export function evaluateGraph(
  graph: Graph,
  inputs: Readonly<Record<string, Value>>,
  sizes: Sizes = {},
): Record<string, Value> {
  const interpreter = new Interpreter(inputs, sizes);
  return Object.fromEntries(
    graph.outputs.map(({ name, node }) => [name, interpreter.valueOf(node)]),
  );
}

class Interpreter {
  readonly #inputs: Readonly<Record<string, Value>>;
  readonly #sizes: Sizes;
  readonly #values: Map<Node, Value>;
  readonly #loops = new Map<Node, LoopValues>();

  constructor(
    inputs: Readonly<Record<string, Value>>,
    sizes: Sizes,
    values = new Map<Node, Value>(),
  ) {
    this.#inputs = inputs;
    this.#sizes = sizes;
    this.#values = values;
  }

  /** The value of a node; recursion goes no deeper than expansions and loops nest. */
  valueOf(root: Node): Value {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const needed = this.#values.has(node) ? [] : this.#missing(node);
      if (needed.length > 0) {
        stack.push(...needed);
        continue;
      }
      stack.pop();
      if (this.#values.has(node)) continue;
      const value = this.#compute(node);
      this.#values.set(node, rounds(node) ? rounded(value) : value);
    }
    return this.#known(root);
  }

  /** Operands still to be computed. The side of a branch that is not taken is not: it may be a loop without end. */
  #missing(node: Node): readonly Node[] {
    const unknown = (nodes: readonly Node[]) => nodes.filter((x) => !this.#values.has(x));
    const [condition] = node.inputs;
    if (condition === undefined || !isBranch(node)) return unknown(node.inputs);
    const first = unknown([condition]);
    return first.length > 0 ? first : unknown([this.#takenSide(node)]);
  }

  #takenSide(branch: Node): Node {
    const [condition, a, b] = branch.inputs;
    if (condition === undefined || a === undefined || b === undefined)
      throw new Error("a branch without sides");
    return this.#known(condition).data[0] === 0 ? b : a;
  }

  #known(node: Node): Value {
    const value = this.#values.get(node);
    if (value === undefined) throw new Error(`${node.op.name} is read before it is computed`);
    return value;
  }

  #compute(node: Node): Value {
    const { op, attrs } = node;
    if (op.lowering.kind === "loop") return this.#runLoop(node);
    if (op.lowering.kind === "loopValue") return this.#loopValue(node, op.lowering.of);
    if (op.name === "input") return this.#bind(node);
    if (op.name === "size")
      return {
        dtype: "f64",
        shape: [],
        data: [evaluateDim(attrs["dim"] as string, this.#sizes)],
      };
    if (op.lowering.kind === "expand")
      return {
        ...this.valueOf(op.lowering.expand(node.inputs, attrs)),
        dtype: node.type.dtype,
      };
    const taken = isBranch(node) ? this.#takenSide(node) : null;
    const inputs = node.inputs.map((input, i) =>
      this.#known(taken === null || i === 0 ? input : taken),
    );
    return op.evaluate(inputs, resolveAttrs(op, attrs, this.#sizes), {
      dtype: node.type.dtype,
      shape: this.#shapeOf(node),
    });
  }

  /** Runs a loop to its end. What it ends with is read by other nodes; the value returned means nothing. */
  #runLoop(node: Node): Value {
    const { region, range, step, descending, ...parts } = loopParts(node);
    const outer = (operands: readonly Node[]) => operands.map((x) => this.#known(x));
    const [sliced, captured] = [outer(parts.sliced), outer(parts.captured)];
    let carried = outer(parts.carried);
    const records: Value[][] = region.records.map(() => []);
    const scalar = (x: Node) => this.#known(x).data[0] ?? NaN;
    const start = range === null ? 0 : scalar(range.start);
    const count =
      range === null ? Infinity : Math.max(0, Math.ceil((scalar(range.stop) - start) / step));
    for (let turn = 0; turn < count; turn++) {
      const iteration = descending ? count - 1 - turn : turn;
      const bound = new Map<Node, Value>([
        [parts.index, { dtype: "i32", shape: [], data: [start + step * iteration] }],
      ]);
      const bind = (inside: readonly Node[], values: readonly Value[]) =>
        inside.forEach((x, i) => bound.set(x, values[i] ?? missing(x)));
      bind(parts.carriedInputs, carried);
      bind(
        parts.slicedInputs,
        sliced.map((value) => sliceOf(value, iteration)),
      );
      bind(parts.capturedInputs, captured);
      const body = new Interpreter({}, this.#sizes, bound);
      if (region.proceed !== null && body.valueOf(region.proceed).data[0] === 0) break;
      carried = region.next.map((x) => body.valueOf(x));
      region.records.forEach((x, i) => {
        const list = records[i] ?? [];
        list[iteration] = body.valueOf(x);
      });
    }
    this.#loops.set(node, { results: carried, records });
    return { dtype: "bool", shape: [], data: [1] };
  }

  #loopValue(node: Node, of: "result" | "record"): Value {
    const loop = node.inputs[0];
    const values = loop && this.#loops.get(loop);
    const index = Number(node.attrs["index"]);
    const result = values?.results[index];
    const record = values?.records[index];
    if (of === "result" && result !== undefined) return result;
    if (of !== "record" || record === undefined) return missing(node);
    const shape = [record.length, ...(record[0]?.shape ?? [])];
    const data = record.flatMap((value) => value.data);
    const stacked: Stacked = { dtype: node.type.dtype, shape, data, elements: record };
    return stacked;
  }

  #bind(node: Node): Value {
    const name = String(node.attrs["name"]);
    const value = Object.hasOwn(this.#inputs, name) ? this.#inputs[name] : undefined;
    if (value === undefined) throw new RangeError(`input ${name} is not given`);
    const shape = this.#shapeOf(node);
    const count = shape.reduce((p, q) => p * q, 1);
    if (value.data.length !== count) {
      throw new RangeError(
        `input ${name} has ${value.data.length} elements and its shape [${shape.join(", ")}] has ${count}`,
      );
    }
    return { dtype: node.type.dtype, shape, data: value.data };
  }

  #shapeOf(node: Node): readonly number[] {
    return node.type.shape.map((dim) => evaluateDim(dim, this.#sizes));
  }
}

/** A choice of one side or the other as a whole. */
function isBranch({ op, inputs }: Node): boolean {
  return (
    op.lowering.kind === "scalar" &&
    op.lowering.code.kind === "select" &&
    inputs[0]?.type.shape.length === 0
  );
}

interface LoopValues {
  readonly results: readonly Value[];
  /** By record, then by iteration. */
  readonly records: readonly (readonly Value[])[];
}

/** What a loop recorded. Elements are of different lengths where an inner loop runs more or less often. */
interface Stacked extends Value {
  readonly elements: readonly Value[];
}

function missing(node: Node): never {
  throw new Error(`${node.op.name} has no value`);
}

function sliceOf(value: Value | Stacked, index: number): Value {
  const element = "elements" in value ? value.elements[index] : undefined;
  if (element !== undefined) return element;
  const { dtype, shape, data } = value;
  const rest = shape.slice(1);
  const count = rest.reduce((p, q) => p * q, 1);
  return { dtype, shape: rest, data: data.slice(index * count, (index + 1) * count) };
}

function rounds(node: Node): boolean {
  const { kind } = node.op.lowering;
  return (
    node.type.dtype === "f32" && node.type.shape.length > 0 && kind !== "view" && kind !== "reshape"
  );
}

function rounded(value: Value): Value {
  return { ...value, data: value.data.map(Math.fround) };
}

/** Attributes with numbers in place of named sizes; texts that an operation declares as such stay. */
function resolveAttrs(op: Op, attrs: Attrs, sizes: Sizes): Attrs {
  const texts = new Set(["name", "dtype", "value"]);
  for (const { name, kind } of op.parameters) {
    if (kind.kind === "string" || kind.kind === "choice") texts.add(name);
  }
  return Object.fromEntries(
    Object.entries(attrs).map(([key, attr]) => [
      key,
      texts.has(key) ? attr : resolveAttr(attr, sizes),
    ]),
  );
}

function resolveAttr(attr: Attr, sizes: Sizes): Attr {
  if (Array.isArray(attr)) return attr.map((item: Attr) => resolveAttr(item, sizes));
  if (typeof attr !== "string") return attr;
  const dim = parseDim(attr);
  const known = dim !== undefined && dimNames(dim).every((name) => Object.hasOwn(sizes, name));
  return known ? evaluateDim(dim, sizes) : attr;
}
