import { compile, type Source } from "../../compiler/pipeline.js";
import { formatType, type TensorType } from "../../compiler/ir/type.js";
import type { Op } from "../../compiler/ir/op.js";
import { registry } from "../../compiler/ops/index.js";

type Types = Readonly<Record<string, TensorType>>;

const f32 = (...shape: readonly number[]): TensorType => ({ dtype: "f32", shape });
const i32 = (...shape: readonly number[]): TensorType => ({ dtype: "i32", shape });

const matrix = f32(4, 3);
const square = f32(3, 3);

/** What the names in examples stand for, unless an operation says otherwise. */
const USUAL: Types = {
  ...Object.fromEntries("a b p q t x y z".split(" ").map((name) => [name, matrix])),
  W: f32(3, 2),
  g: f32(3),
  scale: f32(3),
  scores: f32(4, 10),
  seed: { dtype: "i32", shape: [] },
  shift: f32(3),
};

const LABELLED: Types = { y: i32(4) };
const EQUATIONS: Types = { a: square, b: f32(3) };

const OF_OPERATION: Readonly<Record<string, Types>> = {
  attention: { q: f32(2, 5, 8), k: f32(2, 5, 8), v: f32(2, 5, 6) },
  avgPool2d: { x: f32(1, 2, 6, 6) },
  batchNorm: { b: f32(3) },
  broadcastTo: { x: f32(3) },
  cholesky: EQUATIONS,
  concat: { y: f32(4, 2) },
  conv1d: { x: f32(1, 3, 8), w: f32(5, 3, 3) },
  conv2d: { x: f32(1, 3, 8, 8), w: f32(5, 3, 3, 3) },
  det: EQUATIONS,
  diagonal: { x: square },
  einsum: { x: f32(2, 3, 4), y: f32(2, 4, 5) },
  inverse: EQUATIONS,
  layerNorm: { b: f32(3) },
  logDet: EQUATIONS,
  maxPool2d: { x: f32(1, 2, 6, 6) },
  multiclassHinge: LABELLED,
  oneHot: LABELLED,
  outer: { a: f32(4), b: f32(3) },
  scatterAdd: { i: i32(2), u: f32(2, 3) },
  softmaxCrossEntropy: LABELLED,
  solve: EQUATIONS,
  take: { i: i32(2) },
  takeAlong: { i: i32(4, 1) },
  trace: { x: square },
  transpose: { x: f32(2, 3, 4) },
};

/** Where an example is of other shapes in a math string. */
const IN_MATH: Readonly<Record<string, Types>> = {
  einsum: { x: f32(4, 3), y: f32(5, 3), z: f32(5) },
};

/** An example as a program that compiles, and the types of its operands and its result. */
export interface Example {
  readonly text: string;
  readonly source: Source;
  readonly operands: readonly (readonly [name: string, type: TensorType])[];
}

/** Names in an expression that are no operations, options, truth values or text. */
function operandNames(text: string): readonly string[] {
  const bare = text.replace(/"[^"]*"/g, "");
  const names = [...bare.matchAll(/[A-Za-z_]\w*(?!\w*\s*[=:](?!=))/g)].map(([name]) => name);
  const isOperand = (name: string) => !registry.has(name) && !["true", "false"].includes(name);
  return [...new Set(names.filter(isOperand))];
}

function operandsOf(
  { name }: Op,
  text: string,
  special: Types = {},
): readonly (readonly [string, TensorType])[] {
  const types: Types = { ...USUAL, ...OF_OPERATION[name], ...special };
  return operandNames(text).map((operand) => {
    const type = types[operand];
    if (type === undefined) throw new Error(`the example of ${name} has no type for ${operand}`);
    return [operand, type];
  });
}

/*
 * A result of truth values or integers has no gradient, so that each program
 * also returns a number.
 */

export function typescriptExample(op: Op): Example {
  const text = op.example?.typescript ?? "";
  const operands = operandsOf(op, text);
  const parameters = operands.map(([name, { dtype, shape }]) => {
    const size = `[${shape.join(", ")}]`;
    return `${name}: Tensor<${size}${dtype === "f32" ? "" : `, "${dtype}"`}>`;
  });
  const used = [...registry.keys()].filter((name) => new RegExp(`\\b${name}\\(`).test(text));
  const model = `import { ${[...used, "type Tensor"].join(", ")} } from "flatgrad";
export function f(${[...parameters, "other: number"].join(", ")}) {
  return { example: ${text}, other: 2 * other };
}`;
  return { text, operands, source: { entry: "model.ts", files: { "model.ts": model } } };
}

export function mathExample(op: Op): Example {
  const text = op.example?.math ?? "";
  const operands = operandsOf(op, text, IN_MATH[op.name]);
  const parameters = operands.map(([name, type]) => `${name}: ${formatType(type)}`);
  return {
    text,
    operands,
    source: { math: `f(${[...parameters, "other"].join(", ")}) = [${text}, 2 * other]` },
  };
}

/** The type an example gives. @throws CompileError if it does not compile */
export function resultType({ source }: Example): TensorType {
  const result = compile(source).functions[0]?.model.graph.outputs[0]?.node;
  if (result === undefined) throw new Error("an example gives nothing");
  return result.type;
}

/** `x: f32[4, 3] → f32[3]`. */
export function shapesOf(example: Example): string {
  const operands = example.operands.map(([name, type]) => `${name}: ${formatType(type)}`);
  return `${operands.join(", ")} → ${formatType(resultType(example))}`;
}
