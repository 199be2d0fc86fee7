import { loopsByHand } from "./loopsByHand.js";

/** A training step of the small convolutional network as plain loops; see Network. */
export const convByHand = `${loopsByHand}
/** y [batch, outputs, size, size] = relu(3 × 3 convolution of x with f, zeros around it, + c). */
function convolve(x, f, c, y, batch, inputs, outputs, size) {
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) {
          let sum = c[o];
          for (let m = 0; m < inputs; m++)
            for (let p = Math.max(0, 1 - i); p < Math.min(3, size + 1 - i); p++)
              for (let q = Math.max(0, 1 - j); q < Math.min(3, size + 1 - j); q++)
                sum +=
                  x[((n * inputs + m) * size + i + p - 1) * size + j + q - 1] *
                  f[((o * inputs + m) * 3 + p) * 3 + q];
          y[((n * outputs + o) * size + i) * size + j] = sum > 0 ? sum : 0;
        }
}

function gradientOfFilters(x, dy, df, dc, batch, inputs, outputs, size) {
  df.fill(0);
  dc.fill(0);
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) {
          const d = dy[((n * outputs + o) * size + i) * size + j];
          if (d === 0) continue;
          dc[o] += d;
          for (let m = 0; m < inputs; m++)
            for (let p = Math.max(0, 1 - i); p < Math.min(3, size + 1 - i); p++)
              for (let q = Math.max(0, 1 - j); q < Math.min(3, size + 1 - j); q++)
                df[((o * inputs + m) * 3 + p) * 3 + q] +=
                  d * x[((n * inputs + m) * size + i + p - 1) * size + j + q - 1];
        }
}

function gradientOfImage(dy, f, dx, batch, inputs, outputs, size) {
  dx.fill(0);
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) {
          const d = dy[((n * outputs + o) * size + i) * size + j];
          if (d === 0) continue;
          for (let m = 0; m < inputs; m++)
            for (let p = Math.max(0, 1 - i); p < Math.min(3, size + 1 - i); p++)
              for (let q = Math.max(0, 1 - j); q < Math.min(3, size + 1 - j); q++)
                dx[((n * inputs + m) * size + i + p - 1) * size + j + q - 1] +=
                  d * f[((o * inputs + m) * 3 + p) * 3 + q];
        }
}

/** Largest of each 2 × 2 window, and where it is. */
function pool(x, y, positions, images, size) {
  const half = size / 2;
  for (let n = 0; n < images; n++)
    for (let i = 0; i < half; i++)
      for (let j = 0; j < half; j++) {
        let best = (n * size + 2 * i) * size + 2 * j;
        for (const at of [best + 1, best + size, best + size + 1]) if (x[at] > x[best]) best = at;
        const to = (n * half + i) * half + j;
        y[to] = x[best];
        positions[to] = best;
      }
}

/** Back through the pooling and the relu before it. */
function unpool(dy, positions, x, dx) {
  dx.fill(0);
  for (let i = 0; i < dy.length; i++) if (x[positions[i]] > 0) dx[positions[i]] = dy[i];
}

export function createStep({ x, labels, F1, c1, F2, c2, W, b }, gradients) {
  const N = labels.length;
  const array = (length) => new Float32Array(N * length);
  const [a1, da1] = [array(8 * 784), array(8 * 784)];
  const [h1, dh1] = [array(8 * 196), array(8 * 196)];
  const [a2, da2] = [array(16 * 196), array(16 * 196)];
  const [h2, dh2] = [array(784), array(784)];
  const [scores, dscores] = [array(10), array(10)];
  const at1 = new Int32Array(h1.length);
  const at2 = new Int32Array(h2.length);
  return function step() {
    convolve(x, F1, c1, a1, N, 1, 8, 28);
    pool(a1, h1, at1, 8 * N, 28);
    convolve(h1, F2, c2, a2, N, 8, 16, 14);
    pool(a2, h2, at2, 16 * N, 14);
    matmul(h2, W, b, scores, N, 784, 10);
    const loss = crossEntropy(scores, labels, dscores, N, 10);
    gradientOfWeights(h2, dscores, gradients.W, N, 784, 10);
    sumOfRows(dscores, gradients.b, N, 10);
    gradientOfInput(dscores, W, dh2, N, 784, 10, false);
    unpool(dh2, at2, a2, da2);
    gradientOfFilters(h1, da2, gradients.F2, gradients.c2, N, 8, 16, 14);
    gradientOfImage(da2, F2, dh1, N, 8, 16, 14);
    unpool(dh1, at1, a1, da1);
    gradientOfFilters(x, da1, gradients.F1, gradients.c1, N, 1, 8, 28);
    return loss;
  };
}
`;
