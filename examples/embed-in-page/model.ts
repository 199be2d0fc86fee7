import { logSigmoid, matmul, mean, sigmoid, tanh, type Param, type Tensor } from "flatgrad";

/** How sure the network is that points of the plane are of class 1, before the sigmoid. */
function logits(
  points: Tensor<["N", 2]>,
  W1: Param<[2, 16]>,
  b1: Param<[16]>,
  W2: Param<[16, 16]>,
  b2: Param<[16]>,
  w3: Param<[16]>,
  b3: Param<[1]>,
) {
  const h1 = tanh(matmul(points, W1) + b1);
  const h2 = tanh(matmul(h1, W2) + b2);
  return matmul(h2, w3) + b3;
}

/** Probability of class 1 for each point: what the page paints. */
export function predict(
  points: Tensor<["N", 2]>,
  W1: Param<[2, 16]>,
  b1: Param<[16]>,
  W2: Param<[16, 16]>,
  b2: Param<[16]>,
  w3: Param<[16]>,
  b3: Param<[1]>,
) {
  return sigmoid(logits(points, W1, b1, W2, b2, w3, b3));
}

/** Mean cross-entropy against the classes, 0 or 1. */
export function loss(
  points: Tensor<["N", 2]>,
  classes: Tensor<["N"]>,
  W1: Param<[2, 16]>,
  b1: Param<[16]>,
  W2: Param<[16, 16]>,
  b2: Param<[16]>,
  w3: Param<[16]>,
  b3: Param<[1]>,
) {
  const z = logits(points, W1, b1, W2, b2, w3, b3);
  const logLikelihood = classes * logSigmoid(z) + (1 - classes) * logSigmoid(-z);
  return -mean(logLikelihood);
}
