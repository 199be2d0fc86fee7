import * as kernels from "../../runtime/linearSystems.js";
import { makeNode, type Node } from "../ir/node.js";
import type { Op } from "../ir/op.js";
import type { Shape } from "../ir/type.js";
import { add, div, mul, neg } from "./arithmetic.js";
import { at, nth } from "./chain.js";
import { defineOp, operand } from "./define.js";
import { defineFormula } from "./grouped.js";
import {
  countAndSize,
  dims,
  factorise,
  identityLike,
  requireSquare,
  solveFactoredOp,
} from "./linearSystems.js";
import { gemm } from "./matrix.js";
import { sum } from "./reduce.js";
import { written } from "./scans.js";
import { reshape } from "./shape.js";

const group = "Linear algebra";

/** A number for each matrix; a single one lies in memory as [1]. */
const perMatrix = (shape: Shape): Shape => (shape.length === 2 ? [1] : shape.slice(0, -2));

/** By name, which must outlive minification. */
const ofFactors = {
  determinants: kernels.determinants,
  logDeterminants: kernels.logDeterminants,
  cofactors: kernels.cofactors,
};

/** An operation from factors to a number, or a matrix, for each matrix. */
function fromFactors(
  name: string,
  summary: string,
  callee: keyof typeof ofFactors,
  gradient: string,
  vjp: NonNullable<Op["vjp"]>,
): Op {
  return defineOp({
    name,
    group,
    summary,
    gradient,
    internal: true,
    parameters: [operand("a"), operand("factors")],
    type: (inputs) => {
      const { dtype, shape } = nth(inputs, 0);
      return { dtype, shape: callee === "cofactors" ? shape : perMatrix(shape) };
    },
    vjp,
    evaluate: (inputs, _attrs, type) => {
      const [a, factors] = [nth(inputs, 0), nth(inputs, 1)];
      const [count, n] = countAndSize(a.shape).map(Number);
      return written(type, (result) => ofFactors[callee](factors.data, result, count ?? 0, n ?? 0));
    },
    lowering: {
      kind: "kernel",
      call: ([a]) => ({
        callee,
        arguments: [
          { kind: "operand", index: 1 },
          { kind: "result" },
          ...dims(...countAndSize(a?.shape ?? [])),
        ],
      }),
    },
  });
}

/** One number for each matrix, to be multiplied with matrices. */
const overMatrices = (x: Node, a: Node): Node => reshape(x, [...a.type.shape.slice(0, -2), 1, 1]);

const determinantOp = fromFactors(
  "determinant",
  "The determinant of each matrix.",
  "determinants",
  "da = dy · cofactors(a)",
  (context) => {
    const a = at(context, 0);
    const cofactors = makeNode(cofactorsOp, [a, at(context, 1)]);
    return [mul(overMatrices(context.dOut, a), cofactors), null];
  },
);

const logDeterminantOp = fromFactors(
  "logDeterminant",
  "The logarithm of the determinant of each matrix.",
  "logDeterminants",
  "da = dy · a⁻ᵀ",
  (context) => {
    const a = at(context, 0);
    const inverse = makeNode(solveFactoredOp, [a, at(context, 1), identityLike(a)], {
      transposed: true,
    });
    return [mul(overMatrices(context.dOut, a), inverse), null];
  },
);

/**
 * The derivative of a determinant. Its own derivative is written with the
 * determinant in the divisor, and infinite or NaN for a singular matrix.
 */
const cofactorsOp = fromFactors(
  "cofactors",
  "The matrix of cofactors, det(a) · a⁻ᵀ.",
  "cofactors",
  "da = (Σ dy · y · y − y · dyᵀ · y) / det(a)",
  (context) => {
    const { out, dOut } = context;
    const a = at(context, 0);
    const rank = a.type.shape.length;
    const total = sum(mul(dOut, out), { axes: [rank - 2, rank - 1], keepDims: true });
    const twice = gemm(out, gemm(dOut, out, { transposeA: true }));
    const determinant = overMatrices(makeNode(determinantOp, [a, at(context, 1)]), a);
    return [div(add(mul(total, out), neg(twice)), determinant), null];
  },
);

function defineDeterminant(
  name: string,
  op: Op,
  details: Pick<Op, "summary" | "gradient" | "numerics" | "conventions">,
): void {
  defineFormula({
    ...details,
    name,
    group,
    parameters: [operand("a")],
    type: (inputs) => ({
      dtype: nth(inputs, 0).dtype,
      shape: requireSquare(name, inputs).slice(0, -2),
    }),
    expand: (inputs) => {
      const a = nth(inputs, 0);
      return reshape(makeNode(op, [a, factorise(a)]), a.type.shape.slice(0, -2));
    },
    example: { typescript: `${name}(a)`, math: `${name}(a)` },
  });
}

defineDeterminant("det", determinantOp, {
  summary: "The determinant of a square matrix, or of each in a batch.",
  gradient: "da = dy · the cofactors of a",
  conventions: ["det"],
  numerics: "The gradient is exact for singular matrices, where y · a⁻ᵀ would be 0 · ∞.",
});

defineDeterminant("logDet", logDeterminantOp, {
  summary: "The logarithm of the determinant of a square matrix, or of each in a batch.",
  gradient: "da = dy · a⁻ᵀ",
  numerics:
    "Sums logarithms of pivots, so that it does not overflow. NaN for a negative determinant.",
});
