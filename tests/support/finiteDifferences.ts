import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import type { Graph } from "../../compiler/ir/graph.js";
import type { Sizes, Values } from "./values.js";

/** What {@link numericalGradient} differentiates. */
export interface Differences {
  readonly graph: Graph;
  readonly inputs: Values;
  readonly sizes?: Sizes;
  /** A scalar output. */
  readonly output: string;
  /** A float input. */
  readonly wrt: string;
  readonly step?: number;
}

/** The slopes on both sides of a point, for each element of an input. */
export interface Slopes {
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** One-sided differences: (f(x) − f(x − h)) / h and (f(x + h) − f(x)) / h. */
export function numericalSlopes({
  graph,
  inputs,
  sizes = {},
  output,
  wrt,
  step = 1e-6,
}: Differences): Slopes {
  const value = inputs[wrt];
  if (value === undefined) throw new Error(`there is no input ${wrt}`);
  const at = (data: readonly number[]): number => {
    const moved = { ...inputs, [wrt]: { ...value, data } };
    return evaluateGraph(graph, moved, sizes)[output]?.data[0] ?? NaN;
  };
  const here = at(value.data);
  const moved = (i: number, by: number) => at(value.data.with(i, (value.data[i] ?? NaN) + by));
  return {
    left: value.data.map((_, i) => (here - moved(i, -step)) / step),
    right: value.data.map((_, i) => (moved(i, step) - here) / step),
  };
}

/**
 * The gradient of a scalar output by central differences, element by element:
 * (f(x + h) − f(x − h)) / 2h, with an error of order h².
 */
export function numericalGradient(differences: Differences): number[] {
  const { left, right } = numericalSlopes({ step: 1e-5, ...differences });
  return left.map((slope, i) => (slope + (right[i] ?? NaN)) / 2);
}
