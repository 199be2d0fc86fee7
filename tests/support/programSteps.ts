import type { Dim } from "../../compiler/ir/dim.js";
import type { Node } from "../../compiler/ir/node.js";
import * as arithmetic from "../../compiler/ops/arithmetic.js";
import * as elementwise from "../../compiler/ops/elementwise.js";
import { constant } from "../../compiler/ops/leaf.js";
import { gemm, matmul } from "../../compiler/ops/matrix.js";
import { max, mean, min, sum } from "../../compiler/ops/reduce.js";
import type { ProgramBuilder } from "./programBuilder.js";
import { branch, choice, compare, logic } from "./programChoices.js";
import { deadBranch } from "./programDeadBranches.js";
import {
  gather,
  inside,
  join,
  part,
  position,
  regroup,
  reorder,
  repeat,
  scatter,
} from "./programMoves.js";
import { axesOf, hasAxes, literal, partner, shaped, some, type Step } from "./programOperands.js";
import { anyOp } from "./programVocabulary.js";

const { add, sub, mul, div, neg, pow } = arithmetic;
const { abs, maximum, minimum, relu, sigmoid, sin, softplus, tanh } = elementwise;

function unary(b: ProgramBuilder): Node | null {
  const smoothOnes = [neg, sigmoid, sin, softplus, tanh, abs, relu];
  return b.accept(() => b.draw.pick(smoothOnes)(some(b)));
}

function infix(b: ProgramBuilder): Node | null {
  const a = some(b);
  const c = b.draw.chance(0.25) ? literal(b) : partner(b, a);
  const op = b.draw.pick([add, sub, mul, mul, div, maximum, minimum]);
  return b.accept(() => (b.draw.chance(0.5) ? op(a, c) : op(c, a)));
}

function power(b: ProgramBuilder): Node | null {
  const exponent = b.draw.pick([0, 1, 2, 3, 4, -1, 0.5, 1.5]);
  return b.accept(() => pow(some(b), constant(exponent)));
}

function reduction(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const op = b.draw.pick([sum, sum, mean, max, min]);
  return b.accept(() => op(x, { axes: b.draw.some(axesOf(x)), keepDims: b.draw.chance(0.4) }));
}

/** A product with a factor that fits, its batch axes perhaps fewer or of size 1. */
function product(b: ProgramBuilder): Node | null {
  const a = some(b, hasAxes);
  const { shape } = a.type;
  const inner = shape.at(-1) ?? 1;
  if (b.draw.chance(0.25)) {
    const fits = (node: Node) => node.type.shape.at(node.type.shape.length < 2 ? -1 : -2) === inner;
    const other = some(b, (node) => hasAxes(node) && fits(node));
    return b.accept(() => b.draw.pick([tanh, neg])(matmul(a, other)));
  }
  const [transposeA, transposeB] = [b.draw.chance(0.4), b.draw.chance(0.4)];
  if (shape.length < 2) return b.accept(() => matmul(a, shaped(b, [inner, b.draw.between(1, 3)])));
  const depth = shape.at(transposeA ? -2 : -1) ?? 1;
  const columns = b.draw.pick<Dim>([1, 2, 3, ...shape]);
  const batch = shape.slice(0, -2).map((dim) => (b.draw.chance(0.3) ? 1 : dim));
  const kept = b.draw.chance(0.3) ? [] : batch;
  const other = shaped(b, [...kept, ...(transposeB ? [columns, depth] : [depth, columns])]);
  const flipped = b.draw.chance(0.5);
  return b.accept(() =>
    flipped
      ? gemm(other, a, { transposeA: !transposeB, transposeB: !transposeA })
      : gemm(a, other, { transposeA, transposeB }),
  );
}

/** Operations of all kinds, the common ones more often. */
export const steps: readonly Step[] = [
  ...Array<Step>(5).fill(infix),
  ...Array<Step>(3).fill(unary),
  ...Array<Step>(3).fill(reduction),
  ...Array<Step>(3).fill(product),
  ...Array<Step>(6).fill(anyOp),
  ...Array<Step>(2).fill(choice),
  ...Array<Step>(2).fill(branch),
  ...Array<Step>(2).fill(part),
  deadBranch,
  power,
  reorder,
  regroup,
  repeat,
  inside,
  join,
  gather,
  scatter,
  compare,
  logic,
  position,
];
