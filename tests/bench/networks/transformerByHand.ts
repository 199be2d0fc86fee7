import { loopsByHand } from "./loopsByHand.js";

/** A training step of the transformer block as plain loops; see Network. */
export const transformerByHand = `${loopsByHand}
const T = 32, D = 64, H = 4, E = 16, F = 256;

/** Rows to mean 0 and variance 1 (normal), then scaled and shifted (y). */
function layerNorm(x, scale, shift, normal, inverse, y, rows) {
  for (let i = 0; i < rows; i++) {
    let mean = 0;
    for (let j = 0; j < D; j++) mean += x[i * D + j];
    mean /= D;
    let variance = 0;
    for (let j = 0; j < D; j++) variance += (x[i * D + j] - mean) ** 2;
    inverse[i] = 1 / Math.sqrt(variance / D + 1e-5);
    for (let j = 0; j < D; j++) {
      normal[i * D + j] = (x[i * D + j] - mean) * inverse[i];
      y[i * D + j] = normal[i * D + j] * scale[j] + shift[j];
    }
  }
}

function gradientOfScale(dy, normal, dscale, dshift, rows) {
  for (let j = 0; j < D; j++) {
    let scale = 0;
    let shift = 0;
    for (let i = 0; i < rows; i++) {
      scale += dy[i * D + j] * normal[i * D + j];
      shift += dy[i * D + j];
    }
    dscale[j] = scale;
    dshift[j] = shift;
  }
}

/** Adds the gradient by the rows to dx. */
function layerNormBackward(dy, scale, normal, inverse, dx, rows) {
  for (let i = 0; i < rows; i++) {
    let mean = 0;
    let along = 0;
    for (let j = 0; j < D; j++) {
      const d = dy[i * D + j] * scale[j];
      mean += d;
      along += d * normal[i * D + j];
    }
    mean /= D;
    along /= D;
    for (let j = 0; j < D; j++) {
      const d = dy[i * D + j] * scale[j];
      dx[i * D + j] += (d - mean - normal[i * D + j] * along) * inverse[i];
    }
  }
}

/** Head h of example n: its queries, keys and values are columns of the rows of q, k and v. */
function attend(q, k, v, weights, mixed, n, h) {
  for (let t = 0; t < T; t++) {
    const row = (n * T + t) * D + h * E;
    const p = ((n * H + h) * T + t) * T;
    let largest = -Infinity;
    for (let s = 0; s < T; s++) {
      let dot = 0;
      for (let e = 0; e < E; e++) dot += q[row + e] * k[(n * T + s) * D + h * E + e];
      weights[p + s] = dot / 4;
      largest = Math.max(largest, weights[p + s]);
    }
    let sum = 0;
    for (let s = 0; s < T; s++) sum += weights[p + s] = Math.exp(weights[p + s] - largest);
    for (let s = 0; s < T; s++) weights[p + s] /= sum;
    for (let e = 0; e < E; e++) {
      let value = 0;
      for (let s = 0; s < T; s++) value += weights[p + s] * v[(n * T + s) * D + h * E + e];
      mixed[row + e] = value;
    }
  }
}

/** Adds to dq, dk and dv, which begin as zeros. */
function attendBackward(q, k, v, weights, dmixed, dq, dk, dv, dweights, n, h) {
  for (let t = 0; t < T; t++) {
    const row = (n * T + t) * D + h * E;
    const p = ((n * H + h) * T + t) * T;
    let along = 0;
    for (let s = 0; s < T; s++) {
      const other = (n * T + s) * D + h * E;
      let d = 0;
      for (let e = 0; e < E; e++) {
        d += dmixed[row + e] * v[other + e];
        dv[other + e] += weights[p + s] * dmixed[row + e];
      }
      dweights[s] = d;
      along += d * weights[p + s];
    }
    for (let s = 0; s < T; s++) {
      const other = (n * T + s) * D + h * E;
      const d = (weights[p + s] * (dweights[s] - along)) / 4;
      for (let e = 0; e < E; e++) {
        dq[row + e] += d * k[other + e];
        dk[other + e] += d * q[row + e];
      }
    }
  }
}

export function createStep(inputs, g) {
  const { x, labels, scale1, shift1, Wq, Wk, Wv, Wo, scale2, shift2, W1, b1, W2, b2, W3, b3 } = inputs;
  const N = labels.length;
  const R = N * T;
  const array = (length) => new Float32Array(length);
  const [normal1, y1, dy1, q, k, v, dq, dk, dv] = Array.from({ length: 9 }, () => array(R * D));
  const [mixed, dmixed, attended, dattended] = Array.from({ length: 4 }, () => array(R * D));
  const [normal2, y2, dy2, block] = Array.from({ length: 4 }, () => array(R * D));
  const [inverse1, inverse2, dweights, weights] = [array(R), array(R), array(T), array(N * H * T * T)];
  const [hidden, dhidden] = [array(R * F), array(R * F)];
  const [pooled, dpooled, scores, dscores] = [array(N * D), array(N * D), array(N * 10), array(N * 10)];

  function forward() {
    layerNorm(x, scale1, shift1, normal1, inverse1, y1, R);
    matmul(y1, Wq, null, q, R, D, D);
    matmul(y1, Wk, null, k, R, D, D);
    matmul(y1, Wv, null, v, R, D, D);
    for (let n = 0; n < N; n++) for (let h = 0; h < H; h++) attend(q, k, v, weights, mixed, n, h);
    matmul(mixed, Wo, null, attended, R, D, D);
    for (let i = 0; i < R * D; i++) attended[i] += x[i];
    layerNorm(attended, scale2, shift2, normal2, inverse2, y2, R);
    matmul(y2, W1, b1, hidden, R, D, F);
    for (let i = 0; i < R * F; i++) if (hidden[i] < 0) hidden[i] = 0;
    matmul(hidden, W2, b2, block, R, F, D);
    pooled.fill(0);
    for (let i = 0; i < R; i++)
      for (let j = 0; j < D; j++)
        pooled[Math.floor(i / T) * D + j] += (block[i * D + j] + attended[i * D + j]) / T;
    matmul(pooled, W3, b3, scores, N, D, 10);
    return crossEntropy(scores, labels, dscores, N, 10);
  }

  function backward() {
    gradientOfWeights(pooled, dscores, g.W3, N, D, 10);
    sumOfRows(dscores, g.b3, N, 10);
    gradientOfInput(dscores, W3, dpooled, N, D, 10, false);
    for (let i = 0; i < R; i++)
      for (let j = 0; j < D; j++) dattended[i * D + j] = dpooled[Math.floor(i / T) * D + j] / T;
    gradientOfWeights(hidden, dattended, g.W2, R, F, D);
    sumOfRows(dattended, g.b2, R, D);
    gradientOfInput(dattended, W2, dhidden, R, F, D, false);
    for (let i = 0; i < R * F; i++) if (hidden[i] === 0) dhidden[i] = 0;
    gradientOfWeights(y2, dhidden, g.W1, R, D, F);
    sumOfRows(dhidden, g.b1, R, F);
    gradientOfInput(dhidden, W1, dy2, R, D, F, false);
    gradientOfScale(dy2, normal2, g.scale2, g.shift2, R);
    layerNormBackward(dy2, scale2, normal2, inverse2, dattended, R);
    gradientOfWeights(mixed, dattended, g.Wo, R, D, D);
    gradientOfInput(dattended, Wo, dmixed, R, D, D, false);
    for (const d of [dq, dk, dv]) d.fill(0);
    for (let n = 0; n < N; n++)
      for (let h = 0; h < H; h++) attendBackward(q, k, v, weights, dmixed, dq, dk, dv, dweights, n, h);
    gradientOfWeights(y1, dq, g.Wq, R, D, D);
    gradientOfWeights(y1, dk, g.Wk, R, D, D);
    gradientOfWeights(y1, dv, g.Wv, R, D, D);
    gradientOfInput(dq, Wq, dy1, R, D, D, false);
    gradientOfInput(dk, Wk, dy1, R, D, D, true);
    gradientOfInput(dv, Wv, dy1, R, D, D, true);
    gradientOfScale(dy1, normal1, g.scale1, g.shift1, R);
  }

  return function step() {
    const loss = forward();
    backward();
    return loss;
  };
}
`;
