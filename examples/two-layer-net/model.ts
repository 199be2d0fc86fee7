import { matmul, sigmoid, sum, type Param, type Tensor } from "flatgrad";

/** A two-layer network fitted to targets by the sum of squared errors. */
export function loss(
  x: Tensor<["N", 1000]>,
  y: Tensor<["N", 10]>,
  w1: Param<[1000, 100]>,
  w2: Param<[100, 10]>,
) {
  const h = sigmoid(matmul(x, w1));
  const prediction = matmul(h, w2);
  const error = prediction - y;
  return sum(error ** 2);
}
