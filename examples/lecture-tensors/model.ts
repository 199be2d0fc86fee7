import { matmul, sum, type Tensor } from "flatgrad";

/** ‖W·x‖², the sum of squares of a matrix–vector product. */
export function squaredNorm(W: Tensor<[2, 2]>, x: Tensor<[2]>) {
  const q = matmul(W, x);
  return sum(q ** 2);
}

/**
 * A layer without bias, y = x·w, for N examples at once. Its Jacobians are
 * never formed: the backward pass is two matrix products.
 */
export function layer(x: Tensor<["N", "D"]>, w: Tensor<["D", "M"]>) {
  return matmul(x, w);
}
