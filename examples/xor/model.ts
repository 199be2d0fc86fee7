import { matmul, mean, sigmoid, tanh, type Param, type Tensor } from "flatgrad";

/** Probability that exactly one of the two inputs is 1: a network with four hidden neurons. */
export function predict(
  x: Tensor<["N", 2]>,
  W1: Param<[2, 4]>,
  b1: Param<[4]>,
  w2: Param<[4]>,
  b2: Param<[1]>,
) {
  const h = tanh(matmul(x, W1) + b1);
  return sigmoid(matmul(h, w2) + b2);
}

/** Mean squared difference from the truth table. */
export function loss(
  x: Tensor<["N", 2]>,
  y: Tensor<["N"]>,
  W1: Param<[2, 4]>,
  b1: Param<[4]>,
  w2: Param<[4]>,
  b2: Param<[1]>,
) {
  const error = predict(x, W1, b1, w2, b2) - y;
  return mean(error ** 2);
}
