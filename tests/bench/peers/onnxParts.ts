import type { OnnxGraph } from "./onnxGraph.js";

/** Names of the loss, and of the gradients by parameter, in a graph of forward and backward. */
export interface Step {
  readonly loss: string;
  readonly gradients: Readonly<Record<string, string>>;
}

/** Softmax cross-entropy of scores against rows of zeros and a one, and its gradient. */
export function crossEntropy(g: OnnxGraph, scores: string, batch: number) {
  const logs = g.op("LogSoftmax", [scores], { axis: 1 });
  const total = g.op("ReduceSum", [g.op("Mul", [logs, "labels"])], { keepdims: 0 });
  const difference = g.op("Sub", [g.op("Exp", [logs]), "labels"]);
  return {
    loss: g.op("Mul", [total, g.floats(-1 / batch)]),
    d: g.op("Mul", [difference, g.floats(1 / batch)]),
  };
}

/** Gradients of y = x · W + b, of matrices. */
export function denseBackward(g: OnnxGraph, x: string, W: string, d: string) {
  return {
    dx: () => g.op("Gemm", [d, W], { transB: 1 }),
    dW: g.op("Gemm", [x, d], { transA: 1 }),
    db: g.op("ReduceSum", [d, g.integers([0])], { keepdims: 0 }),
  };
}

/** Gradient of y = relu(…): y is positive or 0. */
export function reluBackward(g: OnnxGraph, y: string, dy: string): string {
  return g.op("Mul", [dy, g.op("Sign", [y])]);
}
