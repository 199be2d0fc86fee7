/** Loops that the steps written by hand share: the text of JavaScript functions. */
export const loopsByHand = `
/** c [rows, columns] = a [rows, inner] · b, and a bias if there is one. */
function matmul(a, b, bias, c, rows, inner, columns) {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = bias === null ? 0 : bias[j];
      for (let k = 0; k < inner; k++) sum += a[i * inner + k] * b[k * columns + j];
      c[i * columns + j] = sum;
    }
  }
}

/** dw [inner, columns] = aᵀ · d, for d [rows, columns]. */
function gradientOfWeights(a, d, dw, rows, inner, columns) {
  for (let k = 0; k < inner; k++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += a[i * inner + k] * d[i * columns + j];
      dw[k * columns + j] = sum;
    }
  }
}

/** da [rows, inner] = d · wᵀ, or added to it. */
function gradientOfInput(d, w, da, rows, inner, columns, isAdded) {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      let sum = isAdded ? da[i * inner + k] : 0;
      for (let j = 0; j < columns; j++) sum += d[i * columns + j] * w[k * columns + j];
      da[i * inner + k] = sum;
    }
  }
}

function sumOfRows(d, db, rows, columns) {
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += d[i * columns + j];
    db[j] = sum;
  }
}

/** Softmax cross-entropy; puts its gradient into d. */
function crossEntropy(scores, labels, d, rows, classes) {
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    let largest = -Infinity;
    for (let j = 0; j < classes; j++) largest = Math.max(largest, scores[i * classes + j]);
    let sum = 0;
    for (let j = 0; j < classes; j++) sum += Math.exp(scores[i * classes + j] - largest);
    loss += Math.log(sum) + largest - scores[i * classes + labels[i]];
    for (let j = 0; j < classes; j++) {
      const p = Math.exp(scores[i * classes + j] - largest) / sum;
      d[i * classes + j] = (p - (j === labels[i] ? 1 : 0)) / rows;
    }
  }
  return loss / rows;
}
`;
