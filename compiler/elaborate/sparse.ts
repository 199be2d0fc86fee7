import { withOrigin, type Node, type Origin } from "../ir/node.js";
import { jacobianOf } from "../passes/jacobian.js";
import { sparseHessianOf, sparseJacobianOf } from "../passes/sparseJacobian.js";
import type { Context } from "./context.js";
import type { DerivativeCall, Primal } from "./derivatives.js";
import { nodeValue, type Value } from "./values.js";

/** A result and the one value it is differentiated by. */
export interface Pair {
  readonly y: Node;
  readonly x: Node;
}

/** The only result and the only variable of a function; undefined where there are more, which is reported. */
export function singlePair(
  context: Context,
  { derivative: { transform }, span }: DerivativeCall,
  { outputs, variables }: Primal,
): Pair | undefined {
  const [y, secondOutput] = outputs;
  const [x, secondVariable] = variables;
  if (y && x && !secondOutput && !secondVariable) return { y, x };
  context.error("FG425", `this ${transform} is of several values or by several`, span, {
    accepted: "one number or tensor, by one parameter that is one",
    hint: `choose the parameter: ${transform}(f, "x")`,
  });
  return undefined;
}

/** The matrix of derivatives of y by x; y is the gradient where that is a Hessian. */
export function matrixValue(
  context: Context,
  { derivative: { transform }, span }: DerivativeCall,
  { y, x }: Pair,
): Value {
  if (transform === "jacobian" || transform === "hessian")
    return nodeValue(context.build(span, () => jacobianOf(y, x)));
  const origin: Origin = { step: { line: context.line, span }, phase: "forward" };
  const { data, row, col } = withOrigin(origin, () =>
    transform === "sparseHessian" ? sparseHessianOf(y, x) : sparseJacobianOf(y, x),
  );
  const fields = Object.entries({ data, row, col }).map(([name, node]): [string, Value] => [
    name,
    nodeValue(context.build(span, () => node)),
  ]);
  return { kind: "object", fields: new Map(fields) };
}
