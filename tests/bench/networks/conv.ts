import { convByHand } from "./convByHand.js";
import { draw, type Network } from "./network.js";

/** A small convolutional network for digits: two convolutions with relu and pooling, one dense layer. */
export function conv(batch: number): Network {
  const { input, labels, parameter } = draw();
  const first = 28 * 28 * 8 * 9;
  const second = 14 * 14 * 16 * 8 * 9;
  const dense = 784 * 10;
  return {
    kind: "conv",
    title: `Convolutional network, batch ${batch}`,
    batch,
    inputs: {
      x: input([batch, 1, 28, 28]),
      labels: labels(batch, 10),
      F1: parameter([8, 1, 3, 3], 0.5),
      c1: parameter([8, 1, 1], 0.1),
      F2: parameter([16, 8, 3, 3], 0.2),
      c2: parameter([16, 1, 1], 0.1),
      W: parameter([784, 10], 0.05),
      b: parameter([10], 0.1),
    },
    flops: 2 * batch * (2 * first + 3 * second + 3 * dense),
    model,
    byHand: convByHand,
  };
}

const model = `import { conv2d, matmul, maxPool2d, relu, reshape, softmaxCrossEntropy, type Labels, type Param, type Tensor } from "flatgrad";
export function loss(
  x: Tensor<["N", 1, 28, 28]>, labels: Labels<"N">,
  F1: Param<[8, 1, 3, 3]>, c1: Param<[8, 1, 1]>, F2: Param<[16, 8, 3, 3]>, c2: Param<[16, 1, 1]>,
  W: Param<[784, 10]>, b: Param<[10]>,
) {
  const h1 = maxPool2d(relu(conv2d(x, F1, { padding: 1 }) + c1), 2);
  const h2 = maxPool2d(relu(conv2d(h1, F2, { padding: 1 }) + c2), 2);
  const scores = matmul(reshape(h2, [-1, 784]), W) + b;
  return softmaxCrossEntropy(scores, labels);
}
`;
