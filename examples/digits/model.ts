import { matmul, relu, softmaxCrossEntropy, type Labels, type Param, type Tensor } from "flatgrad";

/** Scores of the ten digits for images of 28 × 28 pixels from 0 to 255. */
export function scores(
  pixels: Tensor<["N", 784]>,
  W1: Param<[784, 128]>,
  b1: Param<[128]>,
  W2: Param<[128, 10]>,
  b2: Param<[10]>,
) {
  const x = pixels / 255;
  const h = relu(matmul(x, W1) + b1);
  return matmul(h, W2) + b2;
}

/** Mean over N images of −log of the probability given to the right digit. */
export function loss(
  pixels: Tensor<["N", 784]>,
  digits: Labels<"N">,
  W1: Param<[784, 128]>,
  b1: Param<[128]>,
  W2: Param<[128, 10]>,
  b2: Param<[10]>,
) {
  return softmaxCrossEntropy(scores(pixels, W1, b1, W2, b2), digits);
}
