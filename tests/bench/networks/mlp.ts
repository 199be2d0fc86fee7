import { mlpByHand } from "./mlpByHand.js";
import { draw, type Input, type Network } from "./network.js";

/**
 * Nearest odd or even multiples of a power of two. Of the data they are such
 * that the arguments of up to two layers of relu are the same in any order of
 * summation and never 0: a slope of relu is not left to rounding.
 */
function multiples({ data, ...rest }: Input, quantum: number, isOdd = false): Input {
  const shift = isOdd ? 0.5 : 0;
  return {
    ...rest,
    data: data.map((value) => (Math.round(value / quantum - shift) + shift) * quantum),
  };
}

/** A multilayer perceptron with relu and softmax cross-entropy. Sizes are of the input, the hidden layers and the classes. */
export function mlp(batch: number, sizes: readonly number[]): Network {
  const { input, labels, parameter } = draw();
  const layers = sizes.slice(1).map((outputs, l) => [sizes[l]!, outputs] as const);
  const parameters = layers.flatMap(([inputs, outputs], l): [string, Input][] => [
    [`W${l + 1}`, multiples(parameter([inputs, outputs], Math.sqrt(2 / inputs)), 2 ** -8)],
    [`b${l + 1}`, multiples(parameter([outputs], 0.1), 2 ** (-10 - 9 * l), true)],
  ]);
  // The gradient of x is not formed.
  const products = layers.map(([inputs, outputs], l) => (l === 0 ? 2 : 3) * inputs * outputs);
  return {
    kind: "mlp",
    title: `MLP ${batch}: ${sizes.join("-")}`,
    batch,
    inputs: {
      x: multiples(input([batch, sizes[0]!]), 1 / 4),
      labels: labels(batch, sizes.at(-1)!),
      ...Object.fromEntries(parameters),
    },
    flops: 2 * batch * products.reduce((p, q) => p + q, 0),
    model: modelText(layers),
    byHand: mlpByHand,
  };
}

function modelText(layers: readonly (readonly [number, number])[]): string {
  const declared = layers.map(
    ([inputs, outputs], l) =>
      `W${l + 1}: Param<[${inputs}, ${outputs}]>, b${l + 1}: Param<[${outputs}]>`,
  );
  const lines = layers.map((_, l) => {
    const sum = `matmul(${l === 0 ? "x" : `h${l}`}, W${l + 1}) + b${l + 1}`;
    return `const h${l + 1} = ${l + 1 < layers.length ? `relu(${sum})` : sum};`;
  });
  return `import { matmul, relu, softmaxCrossEntropy, type Labels, type Param, type Tensor } from "flatgrad";
export function loss(x: Tensor<["N", ${layers[0]![0]}]>, labels: Labels<"N">, ${declared.join(", ")}) {
  ${lines.join("\n  ")}
  return softmaxCrossEntropy(h${layers.length}, labels);
}
`;
}
