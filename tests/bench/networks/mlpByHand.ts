import { loopsByHand } from "./loopsByHand.js";

/** A training step of a multilayer perceptron as plain loops; see Network. */
export const mlpByHand = `${loopsByHand}
function forward(x, { W, b, a }, rows, inner, columns, isLast) {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = b[j];
      for (let k = 0; k < inner; k++) sum += x[i * inner + k] * W[k * columns + j];
      a[i * columns + j] = isLast || sum > 0 ? sum : 0;
    }
  }
}

function backwardInput(previous, { W, da }, rows, inner, columns) {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += da[i * columns + j] * W[k * columns + j];
      previous.da[i * inner + k] = previous.a[i * inner + k] > 0 ? sum : 0;
    }
  }
}

export function createStep(inputs, gradients) {
  const { labels, x } = inputs;
  const rows = labels.length;
  const layers = [];
  for (let l = 1; inputs["W" + l]; l++) {
    const outputs = inputs["b" + l].length;
    layers.push({
      W: inputs["W" + l],
      b: inputs["b" + l],
      dW: gradients["W" + l],
      db: gradients["b" + l],
      a: new Float32Array(rows * outputs),
      da: new Float32Array(rows * outputs),
    });
  }
  const sizes = [x.length / rows, ...layers.map(({ b }) => b.length)];
  const last = layers.length - 1;
  return function step() {
    for (let l = 0; l <= last; l++) {
      const input = l === 0 ? x : layers[l - 1].a;
      forward(input, layers[l], rows, sizes[l], sizes[l + 1], l === last);
    }
    const loss = crossEntropy(layers[last].a, labels, layers[last].da, rows, sizes[last + 1]);
    for (let l = last; l >= 0; l--) {
      const input = l === 0 ? x : layers[l - 1].a;
      gradientOfWeights(input, layers[l].da, layers[l].dW, rows, sizes[l], sizes[l + 1]);
      sumOfRows(layers[l].da, layers[l].db, rows, sizes[l + 1]);
      if (l > 0) backwardInput(layers[l - 1], layers[l], rows, sizes[l], sizes[l + 1]);
    }
    return loss;
  };
}
`;
