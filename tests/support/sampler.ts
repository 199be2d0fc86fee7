import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { cloneNode } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import type { Value } from "../../compiler/ir/op.js";
import { input } from "../../compiler/ops/leaf.js";
import type { Sizes, Values } from "./values.js";

/** A point at which a program is run, and a way to leave it. */
export interface Environment {
  readonly sizes: Sizes;
  readonly values: Values;
  /** For each float input, the velocity with which it moves. */
  readonly direction: Values;
}

/** Distance between two samples. */
const step = 1e-3;

/** Where on the way a five-point stencil samples. The middle is the point itself. */
export const stencil: readonly number[] = [-2 * step, -step, 0, step, 2 * step];
const middle = 2;

/** The slope in the middle of five samples, with an error of order step⁴. */
export function slopeOf(samples: readonly number[]): number {
  const [a = NaN, b = NaN, , d = NaN, e = NaN] = samples;
  return (a - 8 * b + 8 * d - e) / (12 * step);
}

/** The fourth difference of five samples: tiny where a function is smooth, of order step at a kink. */
export function roughness(samples: readonly number[]): number {
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN] = samples;
  return Math.abs(a - 4 * b + 6 * c - 4 * d + e);
}

/** The element of a value at each sample. */
export function across(samples: readonly Value[], i: number): readonly number[] {
  return samples.map(({ data }) => data[i] ?? NaN);
}

/**
 * The values of nodes, by the reference evaluator, at several points of a line
 * through an environment. Nodes are evaluated one by one and once, so that a
 * graph can be looked at while it is being built.
 */
export class Sampler {
  readonly #environment: Environment;
  readonly #offsets: readonly number[];
  readonly #samples = new Map<Node, readonly Value[]>();

  constructor(environment: Environment, offsets: readonly number[] = [0]) {
    this.#environment = environment;
    this.#offsets = offsets;
  }

  /** The value at every sample. */
  samplesOf(node: Node): readonly Value[] {
    const known = this.#samples.get(node);
    if (known !== undefined) return known;
    const samples =
      node.op.name === "input"
        ? this.#offsets.map((offset) => this.#moved(node, offset))
        : this.#computed(node);
    this.#samples.set(node, samples);
    return samples;
  }

  /** The value at the point itself. */
  valueOf(node: Node): Value {
    const samples = this.samplesOf(node);
    const value = samples[samples.length === 1 ? 0 : middle];
    if (value === undefined) throw new Error("there are no samples");
    return value;
  }

  /** The operation on other operands than its own. */
  evaluate(node: Node, operands: readonly Value[]): Value {
    return evaluateNode(node, operands, this.#environment.sizes);
  }

  #moved(node: Node, offset: number): Value {
    const name = String(node.attrs["name"]);
    const value = this.#environment.values[name];
    if (value === undefined) throw new Error(`no value for ${name}`);
    const velocity = this.#environment.direction[name]?.data;
    if (velocity === undefined || offset === 0) return value;
    const data = value.data.map((x, i) => x + offset * (velocity[i] ?? 0));
    return { ...value, data };
  }

  #computed(node: Node): readonly Value[] {
    const operands = node.inputs.map((x) => this.samplesOf(x));
    // Its gradient is 0 by definition, which no difference of values shows.
    const frozen = node.op.name === "stopGradient";
    return this.#offsets.map((_, i) =>
      evaluateNode(
        node,
        operands.map((samples) => nth(samples, frozen ? this.#middle : i)),
        this.#environment.sizes,
      ),
    );
  }

  get #middle(): number {
    return this.#offsets.length === 1 ? 0 : middle;
  }
}

function nth<T>(list: readonly T[], i: number): T {
  const item = list[i];
  if (item === undefined) throw new Error(`there is no item ${i}`);
  return item;
}

/** One operation on values of its operands. */
function evaluateNode(node: Node, operands: readonly Value[], sizes: Sizes): Value {
  const inputs = node.inputs.map((x, i) => input(`x${i}`, x.type));
  const graph = {
    name: "f",
    inputs,
    outputs: [{ name: "y", node: cloneNode(node, inputs) }],
  };
  const values = Object.fromEntries(operands.map((value, i) => [`x${i}`, value]));
  const result = evaluateGraph(graph, values, sizes)["y"];
  if (result === undefined) throw new Error("there is no result");
  return result;
}
