import type { Kind, Network } from "../networks/network.js";
import type { OnnxGraph } from "./onnxGraph.js";
import { crossEntropy, denseBackward, reluBackward, type Step } from "./onnxParts.js";
import { transformer } from "./onnxTransformer.js";

export const steps: Readonly<Record<Kind, (graph: OnnxGraph, network: Network) => Step>> = {
  mlp,
  conv,
  transformer,
  quotient,
};

function mlp(g: OnnxGraph, { batch, inputs }: Network): Step {
  const depth = Object.keys(inputs).filter((name) => name.startsWith("W")).length;
  const layers = ["x"];
  for (let l = 1; l <= depth; l++) {
    const sum = g.op("Gemm", [layers[l - 1]!, `W${l}`, `b${l}`]);
    layers.push(l < depth ? g.op("Relu", [sum]) : sum);
  }
  const { d: dscores, loss } = crossEntropy(g, layers[depth]!, batch);
  const gradients: Record<string, string> = {};
  let d = dscores;
  for (let l = depth; l >= 1; l--) {
    const { dW, db, dx } = denseBackward(g, layers[l - 1]!, `W${l}`, d);
    gradients[`W${l}`] = dW;
    gradients[`b${l}`] = db;
    if (l > 1) d = reluBackward(g, layers[l - 1]!, dx());
  }
  return { loss, gradients };
}

const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const pooling = { kernel_shape: [2, 2], strides: [2, 2] };

function conv(g: OnnxGraph, { batch }: Network): Step {
  const first = convolution(g, "x", "F1", "c1");
  const second = convolution(g, first.h, "F2", "c2");
  const flat = g.op("Reshape", [second.h, g.integers([batch, 784])]);
  const scores = g.op("Gemm", [flat, "W", "b"]);
  const { d, loss } = crossEntropy(g, scores, batch);
  const { dW, db, dx } = denseBackward(g, flat, "W", d);
  const dh2 = g.op("Reshape", [dx(), g.integers([batch, 16, 7, 7])]);
  const { dF: dF2, dc: dc2, dy } = convolutionBackward(g, first.h, second, dh2);
  const dh1 = g.op("ConvTranspose", [dy, "F2"], window);
  const { dF: dF1, dc: dc1 } = convolutionBackward(g, "x", first, dh1);
  return { loss, gradients: { F1: dF1, c1: dc1, F2: dF2, c2: dc2, W: dW, b: db } };
}

function convolution(g: OnnxGraph, x: string, F: string, c: string) {
  const a = g.op("Relu", [g.op("Add", [g.op("Conv", [x, F], window), c])]);
  const [h, at] = g.ops("MaxPool", [a], 2, pooling) as readonly [string, string];
  return { a, h, at };
}

function convolutionBackward(
  g: OnnxGraph,
  x: string,
  { a, at }: { readonly a: string; readonly at: string },
  dh: string,
) {
  const dy = reluBackward(g, a, g.op("MaxUnpool", [dh, at], pooling));
  const byChannel = (value: string) => g.op("Transpose", [value], { perm: [1, 0, 2, 3] });
  const correlation = g.op("Conv", [byChannel(x), byChannel(dy)], { pads: [1, 1, 1, 1] });
  return {
    dy,
    dF: byChannel(correlation),
    dc: g.op("ReduceSum", [dy, g.integers([0, 2, 3])], { keepdims: 0 }),
  };
}

function quotient(g: OnnxGraph): Step {
  const [sigx, sigy] = [g.op("Sigmoid", ["x"]), g.op("Sigmoid", ["y"])];
  const xpy = g.op("Add", ["x", "y"]);
  const one = g.floats(1);
  const inv = g.op("Div", [one, g.op("Add", [sigx, g.op("Mul", [xpy, xpy])])]);
  const value = g.op("Mul", [g.op("Add", ["x", sigy]), inv]);
  const dden = g.op("Neg", [g.op("Mul", [value, inv])]);
  const dxpy = g.op("Mul", [g.op("Mul", [xpy, g.floats(2)]), dden]);
  const slope = (s: string) => g.op("Mul", [g.op("Sub", [one, s]), s]);
  const dx = g.op("Add", [g.op("Add", [dxpy, g.op("Mul", [slope(sigx), dden])]), inv]);
  const dy = g.op("Add", [dxpy, g.op("Mul", [slope(sigy), inv])]);
  return { loss: g.op("ReduceSum", [value], { keepdims: 0 }), gradients: { x: dx, y: dy } };
}
