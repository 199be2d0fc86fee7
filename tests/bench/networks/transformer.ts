import { draw, type Network } from "./network.js";
import { transformerByHand } from "./transformerByHand.js";

/** One block of a transformer, norms before attention and feed-forward, then a classifier of the mean. */
export function transformer(batch: number): Network {
  const { input, labels, parameter } = draw();
  const rows = batch * 32;
  const projections = 4 * rows * 64 * 64;
  const feedForward = 2 * rows * 64 * 256;
  const attention = 2 * rows * 32 * 64;
  const scale = (length: number) => {
    const { shape, data, isParameter } = parameter([length], 0.1);
    return { shape, data: data.map((value) => 1 + value), isParameter };
  };
  return {
    kind: "transformer",
    title: `Transformer block, batch ${batch}: 32 tokens of 64, 4 heads, feed-forward 256`,
    batch,
    inputs: {
      x: input([batch, 32, 64]),
      labels: labels(batch, 10),
      scale1: scale(64),
      shift1: parameter([64], 0.1),
      Wq: parameter([64, 64], 0.125),
      Wk: parameter([64, 64], 0.125),
      Wv: parameter([64, 64], 0.125),
      Wo: parameter([64, 64], 0.125),
      scale2: scale(64),
      shift2: parameter([64], 0.1),
      W1: parameter([64, 256], 0.18),
      b1: parameter([256], 0.1),
      W2: parameter([256, 64], 0.09),
      b2: parameter([64], 0.1),
      W3: parameter([64, 10], 0.125),
      b3: parameter([10], 0.1),
    },
    flops: 3 * 2 * (projections + feedForward + attention),
    model,
    byHand: transformerByHand,
  };
}

const model = `import { attention, layerNorm, matmul, mean, relu, reshape, softmaxCrossEntropy, transpose, type Labels, type Param, type Tensor } from "flatgrad";
function heads(x: Tensor<["N", 32, 64]>) {
  return transpose(reshape(x, [-1, 32, 4, 16]), [0, 2, 1, 3]);
}
export function loss(
  x: Tensor<["N", 32, 64]>, labels: Labels<"N">,
  scale1: Param<[64]>, shift1: Param<[64]>,
  Wq: Param<[64, 64]>, Wk: Param<[64, 64]>, Wv: Param<[64, 64]>, Wo: Param<[64, 64]>,
  scale2: Param<[64]>, shift2: Param<[64]>,
  W1: Param<[64, 256]>, b1: Param<[256]>, W2: Param<[256, 64]>, b2: Param<[64]>,
  W3: Param<[64, 10]>, b3: Param<[10]>,
) {
  const normed = layerNorm(x, scale1, shift1);
  const mixed = attention(heads(matmul(normed, Wq)), heads(matmul(normed, Wk)), heads(matmul(normed, Wv)));
  const attended = x + matmul(reshape(transpose(mixed, [0, 2, 1, 3]), [-1, 32, 64]), Wo);
  const hidden = relu(matmul(layerNorm(attended, scale2, shift2), W1) + b1);
  const block = attended + matmul(hidden, W2) + b2;
  return softmaxCrossEntropy(matmul(mean(block, { axis: 1 }), W3) + b3, labels);
}
`;
