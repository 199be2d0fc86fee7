import { compile } from "../../compiler/pipeline.js";
import { random } from "../../runtime/random.js";
import { importText } from "./evaluated.js";
import { timed, type Candidate } from "./harness.js";
import { mlpByHand } from "./mlpByHand.js";

/** A multilayer perceptron with relu and softmax cross-entropy, and its numbers. */
export interface Mlp {
  readonly batch: number;
  /** Of the input, the hidden layers and the classes. */
  readonly sizes: readonly number[];
  readonly x: Float32Array;
  readonly labels: Int32Array;
  /** W1, b1, W2, b2, … with W of [inputs, outputs]. */
  readonly parameters: readonly Float32Array[];
}

export function makeMlp(batch: number, sizes: readonly number[]): Mlp {
  const numbers = random(3);
  const normal = (length: number, scale: number) =>
    numbers.fillNormal(new Float32Array(length)).map((value) => scale * value);
  const classes = sizes.at(-1)!;
  return {
    batch,
    sizes,
    x: normal(batch * sizes[0]!, 1),
    labels: Int32Array.from({ length: batch }, () => numbers.integer(classes)),
    parameters: layersOf(sizes).flatMap(([inputs, outputs]) => [
      normal(inputs * outputs, Math.sqrt(2 / inputs)),
      normal(outputs, 0.1),
    ]),
  };
}

/** Multiplications and additions of the matrix products of a step; the gradient of x is not formed. */
export function flopsOf({ batch, sizes }: Mlp): number {
  const products = layersOf(sizes).map(
    ([inputs, outputs], l) => (l === 0 ? 2 : 3) * inputs * outputs,
  );
  return 2 * batch * products.reduce((p, q) => p + q, 0);
}

function layersOf(sizes: readonly number[]): readonly (readonly [number, number])[] {
  return sizes.slice(1).map((outputs, l) => [sizes[l]!, outputs] as const);
}

/** What a candidate makes of the first step: all must make the same. */
export interface Step {
  readonly loss: number;
  /** dW1, db1, dW2, db2, … */
  readonly gradients: readonly Float32Array[];
}

export interface Contender {
  readonly candidate: Candidate;
  readonly step: Step;
}

export async function generatedMlp(mlp: Mlp, level: 0 | 2): Promise<Contender> {
  const { labels, parameters, sizes, x } = mlp;
  const files = { "mlp.ts": modelText(sizes) };
  const source = { entry: "mlp.ts", files };
  const { code } = compile(source, { level, target: "js", standalone: true });
  const { createLossWork, lossGrad } = await importText<{
    createLossWork: (sizes: { N: number }) => unknown;
    lossGrad: (inputs: object, work: unknown) => Record<string, Float32Array> & { value: number };
  }>(code);
  const names = parameterNames(sizes);
  const inputs = {
    x,
    labels,
    ...Object.fromEntries(names.map((name, i) => [name, parameters[i]])),
  };
  const work = createLossWork({ N: mlp.batch });
  const result = lossGrad(inputs, work);
  return {
    candidate: timed(`generated, -O${level}`, () => lossGrad(inputs, work)),
    step: { loss: result.value, gradients: names.map((name) => result[`d${name}`]!.slice()) },
  };
}

function parameterNames(sizes: readonly number[]): readonly string[] {
  return layersOf(sizes).flatMap((_, l) => [`W${l + 1}`, `b${l + 1}`]);
}

/** The network as an author writes it. */
function modelText(sizes: readonly number[]): string {
  const layers = layersOf(sizes);
  const declared = layers.map(
    ([inputs, outputs], l) =>
      `W${l + 1}: Param<[${inputs}, ${outputs}]>, b${l + 1}: Param<[${outputs}]>`,
  );
  const lines = layers.map(([,], l) => {
    const sum = `matmul(${l === 0 ? "x" : `h${l}`}, W${l + 1}) + b${l + 1}`;
    return `const h${l + 1} = ${l + 1 < layers.length ? `relu(${sum})` : sum};`;
  });
  return `import { matmul, relu, softmaxCrossEntropy, type Labels, type Param, type Tensor } from "flatgrad";
export function loss(x: Tensor<["N", ${sizes[0]}]>, labels: Labels<"N">, ${declared.join(", ")}) {
  ${lines.join("\n  ")}
  return softmaxCrossEntropy(h${layers.length}, labels);
}
`;
}

export async function mlpOfLoops({ batch, labels, parameters, sizes, x }: Mlp): Promise<Contender> {
  const { step } = await importText<{
    step: (x: Float32Array, labels: Int32Array, layers: object, sizes: readonly number[]) => number;
  }>(mlpByHand);
  const layers = layersOf(sizes).map(([inputs, outputs], l) => ({
    W: parameters[2 * l],
    b: parameters[2 * l + 1],
    dW: new Float32Array(inputs * outputs),
    db: new Float32Array(outputs),
    a: new Float32Array(batch * outputs),
    da: new Float32Array(batch * outputs),
  }));
  const loss = step(x, labels, layers, sizes);
  return {
    candidate: timed("by hand, plain loops", () => step(x, labels, layers, sizes)),
    step: { loss, gradients: layers.flatMap(({ dW, db }) => [dW.slice(), db.slice()]) },
  };
}
