import { describe, expect, test } from "vitest";
import * as model from "flatgrad";
import { MAKER_NAMES, TRANSFORM_NAMES } from "../../compiler/elaborate/values.js";
import { registry } from "../../compiler/ops/index.js";
import type { Op } from "../../compiler/ir/op.js";

type Callable = (...operands: unknown[]) => unknown;

const functions = new Map(Object.entries(model).map(([name, value]) => [name, value as Callable]));

/** Operations that work on each element by itself: a scalar call of them runs as it stands. */
const elementwise = [...registry.values()].filter(
  (op) => op.internal !== true && op.lowering.kind === "scalar" && functions.has(op.name),
);

/** Points of the operation's domain, its ends included. */
function points(op: Op): number[][] {
  const operands = op.parameters.filter(({ kind }) => kind.kind === "operand");
  return [0, 0.3, 0.5, 0.9, 1].map((t) =>
    operands.map((_, i) => {
      const [low, high] = op.domain?.[i] ?? [-2, 2];
      const weight = i % 2 === 0 ? t : 1 - t;
      return low + weight * (high - low);
    }),
  );
}

describe("a scalar call computes what the compiler means by", () => {
  test.each(elementwise.map((op) => [op.name, op] as const))("%s", (name, op) => {
    for (const numbers of points(op)) {
      const operands = numbers.map((x) => ({
        dtype: "f64" as const,
        shape: [],
        data: [x],
      }));
      const expected = op.evaluate(operands, {}, { dtype: "f64", shape: [] });
      const actual = Number(functions.get(name)?.(...numbers));
      expect(actual).toBeCloseTo(expected.data[0] ?? NaN, 13);
    }
  });
});

describe("scalar values known in closed form", () => {
  test.each<readonly [string, unknown, number]>([
    ["sigmoid(0)", model.sigmoid(0), 0.5],
    ["sigmoid(-1000)", model.sigmoid(-1000), 0],
    ["softplus(1000)", model.softplus(1000), 1000],
    ["logSigmoid(-1000)", model.logSigmoid(-1000), -1000],
    ["exp2(10)", model.exp2(10), 1024],
    ["rsqrt(4)", model.rsqrt(4), 0.5],
    ["square(-3)", model.square(-3), 9],
    ["reciprocal(8)", model.reciprocal(8), 0.125],
    ["round(0.5)", model.round(0.5), 0],
    ["round(1.5)", model.round(1.5), 2],
    ["round(-1.5)", model.round(-1.5), -2],
    ["round(2.4)", model.round(2.4), 2],
    ["sinc(0)", model.sinc(0), 1],
    ["erf(0)", model.erf(0), 0],
    ["erfc(0)", model.erfc(0), 1],
    ["lgamma(5)", model.lgamma(5), Math.log(24)],
    ["digamma(2) - digamma(1)", model.digamma(2) - model.digamma(1), 1],
    ["softsign(-1)", model.softsign(-1), -0.5],
    ["relu6(7)", model.relu6(7), 6],
    ["leakyRelu(-2)", model.leakyRelu(-2), -0.02],
    ["leakyRelu(-2, 0.1)", model.leakyRelu(-2, 0.1), -0.2],
    ["elu(-1)", model.elu(-1), Math.exp(-1) - 1],
    ["elu(-1, 2)", model.elu(-1, 2), 2 * (Math.exp(-1) - 1)],
    ["selu(1)", model.selu(1), 1.0507009873554805],
    ["silu(0)", model.silu(0), 0],
    ["mish(0)", model.mish(0), 0],
    ["gelu(1)", model.gelu(1), 0.8413447460685429],
    ['gelu(1, "tanh")', model.gelu(1, { approximate: "tanh" }), 0.8411919906082768],
    ["hardTanh(-3)", model.hardTanh(-3), -1],
    ["hardSigmoid(3)", model.hardSigmoid(3), 1],
    ["hardSwish(1)", model.hardSwish(1), 2 / 3],
    ["clip(3, -1, 2)", model.clip(3, -1, 2), 2],
    ["hypot(3, 4)", model.hypot(3, 4), 5],
    ["atan2(1, 1)", model.atan2(1, 1), Math.PI / 4],
    ["xlogy(0, 0)", model.xlogy(0, 0), 0],
    ["xlogy(2, e)", model.xlogy(2, Math.E), 2],
    ["where(true, 1, 2)", model.where(true, 1, 2), 1],
    ["where(0, 1, 2)", model.where(0, 1, 2), 2],
    ["stopGradient(3)", model.stopGradient(3), 3],
  ])("%s", (_name, actual, expected) => {
    expect(actual).toBeCloseTo(expected, 14);
  });
});

const onTensors =
  "sum mean prod max min logSumExp variance std norm any all cumsum cumprod " +
  "reshape broadcastTo transpose concat stack flip pad tile take takeAlong scatterAdd " +
  "tril triu diagonal trace matmul outer einsum softmax logSoftmax layerNorm rmsNorm batchNorm " +
  "conv1d conv2d maxPool2d avgPool2d attention softmaxCrossEntropy multiclassHinge " +
  "meanSquaredError meanAbsoluteError huber binaryCrossEntropy klDivergence " +
  "cholesky inverse solve det logDet sort argsort topK argmax argmin oneHot dropout " +
  [...TRANSFORM_NAMES, ...MAKER_NAMES].join(" ");

describe("without having been compiled", () => {
  test.each(onTensors.split(" "))("%s says how to compile it", (name) => {
    expect(() => functions.get(name)?.([1, 2], 2, 3)).toThrow(
      `${name} was called on a tensor in a function that has not been compiled: run \`npx flatgrad build <file>\``,
    );
  });

  test.each([...functions.keys()].filter((name) => !isOnTensors(name)))(
    "%s runs on numbers, and refuses arrays",
    (name) => {
      expect(functions.get(name)?.(0.5, 0.5, 0.5)).not.toBeUndefined();
      expect(() => functions.get(name)?.([1, 2], 1, 2)).toThrow(`${name} was`);
    },
  );
});

function isOnTensors(name: string): boolean {
  return onTensors.split(" ").includes(name);
}
