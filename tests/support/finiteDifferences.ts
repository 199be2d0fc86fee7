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

/**
 * The gradient of a scalar output by central differences, element by element:
 * (f(x + h) − f(x − h)) / 2h, with an error of order h².
 */
export function numericalGradient({
  graph,
  inputs,
  sizes = {},
  output,
  wrt,
  step = 1e-5,
}: Differences): number[] {
  const value = inputs[wrt];
  if (value === undefined) throw new Error(`there is no input ${wrt}`);
  const at = (data: readonly number[]): number => {
    const moved = { ...inputs, [wrt]: { ...value, data } };
    return evaluateGraph(graph, moved, sizes)[output]?.data[0] ?? NaN;
  };
  return value.data.map(
    (x, i) =>
      (at(value.data.with(i, x + step)) - at(value.data.with(i, x - step))) /
      (2 * step),
  );
}
