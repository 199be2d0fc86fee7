import { evaluateDim, type Dim } from "../../compiler/ir/dim.js";
import { reachable } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import { TypeFault, type Value } from "../../compiler/ir/op.js";
import { isFloat, type TensorType } from "../../compiler/ir/type.js";
import { input } from "../../compiler/ops/leaf.js";
import type { Draw } from "./draw.js";
import { across, roughness, Sampler, stencil, type Environment } from "./sampler.js";
import type { Sizes } from "./values.js";

const largestValue = 20;
const mostElements = 64;
const deepestRank = 4;
/** A function this rough over the stencil has a kink or a pole near by. */
const smooth = 2e-8;
const nudge = 1e-5;
/** How much steeper than the nudge a value may move. */
const steepest = 30;

/**
 * Grows a graph node by node and knows every value as it goes, so that it takes
 * in only what has a value and a derivative: no overflow, no pole, no kink near
 * the point, no comparison that rounding could decide.
 */
export class ProgramBuilder {
  readonly draw: Draw;
  readonly sizes: readonly Sizes[];
  readonly inputs: Node[] = [];
  /** Float values, any of which may be read further. */
  readonly pool: Node[] = [];
  readonly conditions: Node[] = [];
  readonly integers: Node[] = [];
  readonly #environments: readonly Mutable[];
  readonly #samplers: readonly Sampler[];

  constructor(draw: Draw, sizes: readonly Sizes[]) {
    this.draw = draw;
    this.sizes = sizes;
    this.#environments = sizes.map((own) => ({ sizes: own, values: {}, direction: {} }));
    this.#samplers = this.#environments.map(
      (environment, i) => new Sampler(environment, i === 0 ? stencil : [0]),
    );
  }

  get environments(): readonly Environment[] {
    return this.#environments;
  }

  addInput(type: TensorType, below = 2): Node {
    const prefix = { f32: "x", f64: "x", i32: "k", bool: "b" }[type.dtype];
    const name = `${prefix}${this.inputs.length}`;
    const node = input(name, type);
    for (const environment of this.#environments) {
      const shape = type.shape.map((dim) => evaluateDim(dim, environment.sizes));
      const fill = (number: () => number): Value => ({
        dtype: type.dtype,
        shape,
        data: Array.from({ length: shape.reduce((p, q) => p * q, 1) }, number),
      });
      const floats = isFloat(type.dtype);
      environment.values[name] = fill(() => (floats ? this.draw.number() : this.draw.below(below)));
      if (floats) environment.direction[name] = fill(() => this.draw.number());
    }
    this.inputs.push(node);
    const list = isFloat(type.dtype)
      ? this.pool
      : type.dtype === "bool"
        ? this.conditions
        : this.integers;
    list.push(node);
    return node;
  }

  /** Takes a value into the program, if it is fit; null otherwise. */
  accept(make: () => Node): Node | null {
    const node = made(make);
    if (node === null || this.inputs.includes(node)) return null;
    if (!this.#isFit(node)) return null;
    const list = isFloat(node.type.dtype)
      ? this.pool
      : node.type.dtype === "bool"
        ? this.conditions
        : this.integers;
    if (!list.includes(node)) list.push(node);
    return node;
  }

  /**
   * Whether a choice depends only on parts that have values and slopes. What
   * has none is NaN here, though it may be a number (the sigmoid of ∞), and so
   * is all that is made of it.
   */
  isSafe(choice: Node): boolean {
    const known = new Set([...this.pool, ...this.conditions, ...this.integers]);
    const parts = reachable([choice]).filter((part) => !known.has(part) && part.inputs.length > 0);
    return this.#samplers.every((sampler) => {
      const poisoned = new Map<Node, Value>();
      for (const part of parts) {
        const operands = part.inputs.map((x) => poisoned.get(x) ?? sampler.valueOf(x));
        poisoned.set(part, withoutUnfit(part, operands, sampler));
      }
      return poisoned.get(choice)?.data.every(Number.isFinite) === true;
    });
  }

  /** A dimension in the environment where it is smallest. */
  least(dim: Dim): number {
    return Math.min(...this.sizes.map((own) => evaluateDim(dim, own)));
  }

  #isFit(node: Node): boolean {
    const { shape } = node.type;
    if (shape.length > deepestRank) return false;
    const counts = this.sizes.map((own) =>
      shape.map((dim) => evaluateDim(dim, own)).reduce((p, q) => p * q, 1),
    );
    if (counts.some((count) => count > mostElements) || counts[0] === 0) return false;
    return this.#samplers.every(
      (sampler) => isTame(node, sampler) && isSmooth(node, sampler) && isSteady(node, sampler),
    );
  }
}

interface Mutable extends Environment {
  readonly sizes: Sizes;
  readonly values: Record<string, Value>;
  readonly direction: Record<string, Value>;
}

function made(make: () => Node): Node | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeFault) return null;
    throw error;
  }
}

/** The value, with NaN for elements that are too large or too steep. */
function withoutUnfit(node: Node, operands: readonly Value[], sampler: Sampler): Value {
  const value = sampler.evaluate(node, operands);
  const moved = [nudge, -nudge].map((by) => sampler.evaluate(node, nudged(operands, by)).data);
  const bound = steepest * nudge * Math.max(1, value.data.length);
  const data = value.data.map((x, i) => {
    const near = moved.every((other) => Math.abs((other[i] ?? NaN) - x) <= bound);
    return near && Math.abs(x) <= largestValue ? x : NaN;
  });
  return { ...value, data };
}

/** All elements are numbers of ordinary size. */
function isTame(node: Node, sampler: Sampler): boolean {
  return sampler
    .samplesOf(node)
    .every(({ data }) => data.every((x) => Math.abs(x) <= largestValue));
}

/** Along the way through the point there is no kink; what is discrete stays what it is. */
function isSmooth(node: Node, sampler: Sampler): boolean {
  const samples = sampler.samplesOf(node);
  if (samples.length === 1) return true;
  return sampler.valueOf(node).data.every((x, i) => {
    const values = across(samples, i);
    return isFloat(node.type.dtype) ? roughness(values) < smooth : values.every((y) => y === x);
  });
}

function perturbed(node: Node, sampler: Sampler, by: number): readonly number[] {
  const operands = node.inputs.map((x) => sampler.valueOf(x));
  return sampler.evaluate(node, nudged(operands, by)).data;
}

/** The values, had each float been this much larger or smaller. */
function nudged(values: readonly Value[], by: number): readonly Value[] {
  return values.map((value) => {
    if (!isFloat(value.dtype)) return value;
    return { ...value, data: value.data.map((v, i) => v + (i % 2 === 0 ? by : -by)) };
  });
}

/** Operands that differ a little make little difference, and none to what is discrete. */
function isSteady(node: Node, sampler: Sampler): boolean {
  if (node.inputs.length === 0) return true;
  const here = sampler.valueOf(node).data;
  const bound = isFloat(node.type.dtype) ? steepest * nudge * Math.max(1, here.length) : 0;
  return [nudge, -nudge].every((by) =>
    perturbed(node, sampler, by).every((x, i) => Math.abs(x - (here[i] ?? NaN)) <= bound),
  );
}
