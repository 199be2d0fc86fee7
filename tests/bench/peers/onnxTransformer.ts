import type { Network } from "../networks/network.js";
import type { OnnxGraph } from "./onnxGraph.js";
import { crossEntropy, denseBackward, reluBackward, type Step } from "./onnxParts.js";

/** The transformer block, forward and backward. */
export function transformer(g: OnnxGraph, { batch }: Network): Step {
  const x = g.op("Reshape", ["x", g.integers([batch * 32, 64])]);
  const first = layerNorm(g, x, "1");
  const attention = attend(g, first.y);
  const attended = g.op("Add", [x, g.op("MatMul", [attention.mixed, "Wo"])]);
  const second = layerNorm(g, attended, "2");
  const hidden = g.op("Relu", [g.op("Gemm", [second.y, "W1", "b1"])]);
  const block = g.op("Add", [attended, g.op("Gemm", [hidden, "W2", "b2"])]);
  const tokens = g.op("Reshape", [block, g.integers([batch, 32, 64])]);
  const pooled = g.op("ReduceMean", [tokens], { axes: [1], keepdims: 0 });
  const { d, loss } = crossEntropy(g, g.op("Gemm", [pooled, "W3", "b3"]), batch);

  const classifier = denseBackward(g, pooled, "W3", d);
  const dblock = spread(g, classifier.dx(), batch);
  const out = denseBackward(g, hidden, "W2", dblock);
  const feed = denseBackward(g, second.y, "W1", reluBackward(g, hidden, out.dx()));
  const norm2 = layerNormBackward(g, second, "scale2", feed.dx());
  const dattended = g.op("Add", [dblock, norm2.dx()]);
  const projection = denseBackward(g, attention.mixed, "Wo", dattended);
  const back = attention.backward(projection.dx());
  const norm1 = layerNormBackward(g, first, "scale1", back.dy);
  return {
    loss,
    gradients: {
      ...back.gradients,
      Wo: projection.dW,
      scale1: norm1.dscale,
      shift1: norm1.dshift,
      scale2: norm2.dscale,
      shift2: norm2.dshift,
      W1: feed.dW,
      b1: feed.db,
      W2: out.dW,
      b2: out.db,
      W3: classifier.dW,
      b3: classifier.db,
    },
  };
}

/** Gradient of the mean over tokens: the same for each of them. */
function spread(g: OnnxGraph, dpooled: string, batch: number): string {
  const each = g.op("Mul", [dpooled, g.floats(1 / 32)]);
  const one = g.op("Reshape", [each, g.integers([batch, 1, 64])]);
  const all = g.op("Expand", [one, g.integers([batch, 32, 64])]);
  return g.op("Reshape", [all, g.integers([batch * 32, 64])]);
}

interface Norm {
  readonly y: string;
  readonly normal: string;
  readonly inverse: string;
}

function layerNorm(g: OnnxGraph, x: string, which: "1" | "2"): Norm {
  const [ones, zeros] = [g.floats(Array<number>(64).fill(1)), g.floats(Array<number>(64).fill(0))];
  const [normal, , inverse] = g.ops("LayerNormalization", [x, ones, zeros], 3, {
    axis: -1,
  }) as readonly [string, string, string];
  const y = g.op("Add", [g.op("Mul", [normal, `scale${which}`]), `shift${which}`]);
  return { y, normal, inverse };
}

function layerNormBackward(g: OnnxGraph, { inverse, normal }: Norm, scale: string, dy: string) {
  const rows = (value: string) => g.op("ReduceSum", [value, g.integers([0])], { keepdims: 0 });
  const mean = (value: string) => g.op("ReduceMean", [value], { axes: [1], keepdims: 1 });
  return {
    dscale: rows(g.op("Mul", [dy, normal])),
    dshift: rows(dy),
    dx() {
      const d = g.op("Mul", [dy, scale]);
      const along = g.op("Mul", [normal, mean(g.op("Mul", [d, normal]))]);
      return g.op("Mul", [g.op("Sub", [g.op("Sub", [d, mean(d)]), along]), inverse]);
    },
  };
}

function attend(g: OnnxGraph, y: string) {
  const quarter = g.floats(0.25);
  const swapped = (value: string) => g.op("Transpose", [value], { perm: [0, 1, 3, 2] });
  const heads = (rows: string) =>
    g.op("Transpose", [g.op("Reshape", [rows, g.integers([-1, 32, 4, 16])])], {
      perm: [0, 2, 1, 3],
    });
  const rows = (value: string) =>
    g.op("Reshape", [g.op("Transpose", [value], { perm: [0, 2, 1, 3] }), g.integers([-1, 64])]);
  const [q, k, v] = ["Wq", "Wk", "Wv"].map((W) => heads(g.op("MatMul", [y, W]))) as [
    string,
    string,
    string,
  ];
  const scores = g.op("Mul", [g.op("MatMul", [q, swapped(k)]), quarter]);
  const weights = g.op("Softmax", [scores], { axis: -1 });

  function backward(dmixedRows: string) {
    const dmixed = heads(dmixedRows);
    const dweights = g.op("MatMul", [dmixed, swapped(v)]);
    const along = g.op("ReduceSum", [g.op("Mul", [dweights, weights]), g.integers([3])]);
    const dscores = g.op("Mul", [g.op("Mul", [weights, g.op("Sub", [dweights, along])]), quarter]);
    const byWeights = {
      Wq: g.op("MatMul", [dscores, k]),
      Wk: g.op("MatMul", [swapped(dscores), q]),
      Wv: g.op("MatMul", [swapped(weights), dmixed]),
    };
    const parts = Object.entries(byWeights).map(([W, d]) => {
      const { dW, dx } = denseBackward(g, y, W, rows(d));
      return { W, dW, dx: dx() };
    });
    return {
      dy: parts.map(({ dx }) => dx).reduce((sum, dx) => g.op("Add", [sum, dx])),
      gradients: Object.fromEntries(parts.map(({ W, dW }) => [W, dW])),
    };
  }
  return { mixed: rows(g.op("MatMul", [weights, v])), backward };
}
