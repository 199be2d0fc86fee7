import { sigmoid } from "flatgrad";

/** The first circuit of the lecture: a sum, then a product. */
export function circuit(x: number, y: number, z: number) {
  const q = x + y;
  return q * z;
}

/** A neuron with two inputs. The compiler sees that the last line is σ(dot). */
export function neuron(w0: number, x0: number, w1: number, x1: number, w2: number) {
  const dot = w0 * x0 + w1 * x1 + w2;
  return 1 / (1 + Math.exp(-dot));
}

/**
 * A function nobody would like to differentiate in one go. Written in stages,
 * each with a name, it goes backward stage by stage.
 */
export function staged(x: number, y: number) {
  const sigy = sigmoid(y);
  const num = x + sigy;
  const sigx = sigmoid(x);
  const xpy = x + y;
  const xpysqr = xpy ** 2;
  const den = sigx + xpysqr;
  return num / den;
}

/** The gates: + hands its gradient on, * swaps its inputs, max routes to the larger. */
export function gates(x: number, y: number, z: number, w: number) {
  const product = x * y;
  const largest = Math.max(z, w);
  const total = product + largest;
  return 2 * total;
}
