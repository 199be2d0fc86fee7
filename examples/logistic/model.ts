import { matmul, type Param, type Tensor } from "flatgrad";

/**
 * −log σ(wᵀx): the loss of logistic regression for one example, its sign
 * folded into x. As written, exp overflows for wᵀx below about −710; the
 * generated code does not.
 */
export function loss(w: Param<["D"]>, x: Tensor<["D"]>) {
  const dot = matmul(w, x);
  const probability = 1 / (1 + Math.exp(-dot));
  return -Math.log(probability);
}
