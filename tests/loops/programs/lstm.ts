import { concat, matmul, sigmoid, sum, tanh, zeros, type Tensor } from "flatgrad";

type Weights = Tensor<[7, 4], "f64">;

/** An LSTM over T steps of inputs [T, N, 3]; the value is Σ h² at the end. */
export function lstm(
  x: Tensor<["T", "N", 3], "f64">,
  Wi: Weights,
  Wf: Weights,
  Wg: Weights,
  Wo: Weights,
  b: Tensor<[4], "f64">,
): number {
  let h: number = zeros([x.shape[1], 4]);
  let c: number = zeros([x.shape[1], 4]);
  for (let t = 0; t < x.length; t++) {
    const z = concat([x[t]!, h], { axis: 1 });
    const i = sigmoid(matmul(z, Wi));
    const f = sigmoid(matmul(z, Wf) + b);
    const g = tanh(matmul(z, Wg));
    const o = sigmoid(matmul(z, Wo));
    c = f * c + i * g;
    h = o * tanh(c);
  }
  return sum(h * h);
}
