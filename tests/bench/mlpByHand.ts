/**
 * A training step of a multilayer perceptron written by hand as plain loops:
 * the text of a JavaScript module. Layers are { W, b, dW, db, a, da }, where
 * `a` and `da` are the outputs of the layer; relu between them, softmax
 * cross-entropy after the last.
 */
export const mlpByHand = `
function forward(x, { W, b, a }, rows, inner, columns, isLast) {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = b[j];
      for (let k = 0; k < inner; k++) sum += x[i * inner + k] * W[k * columns + j];
      a[i * columns + j] = isLast || sum > 0 ? sum : 0;
    }
  }
}

function crossEntropy({ a, da }, labels, rows, classes) {
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    let largest = -Infinity;
    for (let j = 0; j < classes; j++) largest = Math.max(largest, a[i * classes + j]);
    let sum = 0;
    for (let j = 0; j < classes; j++) sum += Math.exp(a[i * classes + j] - largest);
    loss += Math.log(sum) + largest - a[i * classes + labels[i]];
    for (let j = 0; j < classes; j++) {
      const p = Math.exp(a[i * classes + j] - largest) / sum;
      da[i * classes + j] = (p - (j === labels[i] ? 1 : 0)) / rows;
    }
  }
  return loss / rows;
}

function backwardWeights(x, { da, dW, db }, rows, inner, columns) {
  for (let k = 0; k < inner; k++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += x[i * inner + k] * da[i * columns + j];
      dW[k * columns + j] = sum;
    }
  }
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += da[i * columns + j];
    db[j] = sum;
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

export function step(x, labels, layers, sizes) {
  const rows = labels.length;
  const last = layers.length - 1;
  for (let l = 0; l <= last; l++) {
    const input = l === 0 ? x : layers[l - 1].a;
    forward(input, layers[l], rows, sizes[l], sizes[l + 1], l === last);
  }
  const loss = crossEntropy(layers[last], labels, rows, sizes[last + 1]);
  for (let l = last; l >= 0; l--) {
    const input = l === 0 ? x : layers[l - 1].a;
    backwardWeights(input, layers[l], rows, sizes[l], sizes[l + 1]);
    if (l > 0) backwardInput(layers[l - 1], layers[l], rows, sizes[l], sizes[l + 1]);
  }
  return loss;
}
`;
