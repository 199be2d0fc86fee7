/**
 * What a tool that differentiates formulas symbolically prints, as
 * GradientScript does: the forward pass line by line, then each derivative as
 * one formula by the rules of calculus, simplified, in which subexpressions
 * that occur twice are taken out; they are not shared with the forward pass.
 */

export const stagedSymbolic = `
export function stagedGrad(x, y) {
  const sigy = 1 / (1 + Math.exp(-y));
  const num = x + sigy;
  const sigx = 1 / (1 + Math.exp(-x));
  const xpy = x + y;
  const den = sigx + xpy * xpy;
  const value = num / den;

  const _tmp0 = Math.exp(-x);
  const _tmp1 = 1 + _tmp0;
  const _tmp2 = Math.exp(-y);
  const _tmp3 = 1 + _tmp2;
  const _tmp4 = 2 * xpy;
  const _tmp5 = den * den;

  const dx = (den - num * (_tmp0 / (_tmp1 * _tmp1) + _tmp4)) / _tmp5;
  const dy = (_tmp2 / (_tmp3 * _tmp3) * den - num * _tmp4) / _tmp5;

  return { value, dx, dy };
}
`;

export const neuronSymbolic = `
export function neuronGrad(w0, x0, w1, x1, w2) {
  const dot = w0 * x0 + w1 * x1 + w2;
  const value = 1 / (1 + Math.exp(-dot));

  const _tmp0 = Math.exp(-dot);
  const _tmp1 = 1 + _tmp0;
  const _tmp2 = _tmp1 * _tmp1;

  const dw0 = x0 * _tmp0 / _tmp2;
  const dx0 = w0 * _tmp0 / _tmp2;
  const dw1 = x1 * _tmp0 / _tmp2;
  const dx1 = w1 * _tmp0 / _tmp2;
  const dw2 = _tmp0 / _tmp2;

  return { value, dw0, dx0, dw1, dx1, dw2 };
}
`;

/** Such tools have structures, but neither arrays nor loops: 99 terms in a row. */
export function rosenbrockSymbolic(size: number): string {
  const indices = [...Array(size - 1).keys()];
  const terms = indices.map((i) => `100 * (${t(i)}) * (${t(i)}) + (1 - p.x${i}) * (1 - p.x${i})`);
  const shared = indices.map((i) => `  const _tmp${i} = ${t(i)};`);
  const parts = [...indices, size - 1].map((i) => {
    const before = i > 0 ? `200 * _tmp${i - 1}` : "";
    const after = i < size - 1 ? `-400 * p.x${i} * _tmp${i} - 2 * (1 - p.x${i})` : "";
    return `    x${i}: ${[after, before].filter(Boolean).join(" + ")},`;
  });
  return `
export function rosenbrockGrad(p) {
  const value = ${terms.join(" + ")};

${shared.join("\n")}

  const dp = {
${parts.join("\n")}
  };

  return { value, dp };
}
`;
}

function t(i: number): string {
  return `p.x${i + 1} - p.x${i} * p.x${i}`;
}
