import { matmul, multiclassHinge, sum, type Labels, type Param, type Tensor } from "flatgrad";

/** Weight of the L2 penalty against the hinge loss. */
const lambda = 1e-3;

/** Scores of three classes, linear in four measurements. */
export function scores(x: Tensor<["N", 4]>, W: Param<[4, 3]>, b: Param<[3]>) {
  return matmul(x, W) + b;
}

/** Multiclass support vector machine: the mean hinge loss and an L2 penalty. */
export function loss(x: Tensor<["N", 4]>, y: Labels<"N">, W: Param<[4, 3]>, b: Param<[3]>) {
  const hinge = multiclassHinge(scores(x, W, b), y);
  return hinge + lambda * sum(W ** 2);
}
