import * as kernels from "../../runtime/linearSystems.js";
import { dimAdd, dimProduct, type Dim } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import { TypeFault, type KernelArgument, type Op } from "../ir/op.js";
import {
  broadcastShapes,
  formatShape,
  promoteTypes,
  type Shape,
  type TensorType,
} from "../ir/type.js";
import { cast, equal, neg } from "./arithmetic.js";
import { at, nth } from "./chain.js";
import { defineOp, operand } from "./define.js";
import { defineFormula } from "./grouped.js";
import { requireFloat } from "./indexing.js";
import { gemm } from "./matrix.js";
import { written } from "./scans.js";
import { broadcastTo, iota, reshape } from "./shape.js";
import { requireMatrix } from "./triangles.js";

const group = "Linear algebra";

/** @throws TypeFault FG305 or FG301 unless the operand is square. */
export function requireSquare(name: string, inputs: readonly TensorType[]): Shape {
  requireFloat(name, inputs, 0);
  const { shape } = nth(inputs, 0);
  requireMatrix(name, nth(inputs, 0));
  if (shape.at(-1) !== shape.at(-2)) {
    throw new TypeFault("FG301", `${name}: shape ${formatShape(shape)} is not square`, {
      operands: [0],
      accepted: "a square matrix, or a batch of them",
    });
  }
  return shape;
}

/** Number and size of the square matrices of a shape. */
export const countAndSize = (shape: Shape): readonly [count: Dim, size: Dim] => [
  dimProduct(shape.slice(0, -2)),
  nth(shape, shape.length - 1),
];

export const dims = (...values: readonly Dim[]): readonly KernelArgument[] =>
  values.map((value) => ({ kind: "dim", value }));

/**
 * Factors of matrices, in double precision, as runtime/linearSystems.ts keeps
 * them. What is computed from them carries the matrix as an operand of its
 * own, by which it is differentiated.
 */
const factorsOp: Op = defineOp({
  name: "factorise",
  group,
  summary: "The factors of square matrices by elimination with complete pivoting.",
  internal: true,
  derivative: "zero",
  parameters: [operand("a")],
  type: (inputs) => {
    const shape = requireSquare("factorise", inputs);
    return {
      dtype: "f64",
      shape: [
        ...shape.slice(0, -2),
        dimAdd(nth(shape, shape.length - 1), 2),
        nth(shape, shape.length - 1),
      ],
    };
  },
  evaluate: (inputs, _attrs, type) => {
    const a = nth(inputs, 0);
    const [count, n] = countAndSize(a.shape).map(Number);
    return written(type, (result) => kernels.factorise(a.data, result, count ?? 0, n ?? 0));
  },
  lowering: {
    kind: "kernel",
    call: ([a]) => ({
      callee: "factorise",
      arguments: [
        { kind: "operand", index: 0 },
        { kind: "result" },
        ...dims(...countAndSize(a?.shape ?? [])),
      ],
    }),
  },
});
export const factorise = (a: Node): Node => makeNode(factorsOp, [a]);

export const solveFactoredOp: Op = defineOp({
  name: "solveFactored",
  group,
  summary: "x with A · x = b, or Aᵀ · x = b.",
  gradient: "db = A⁻ᵀ · dx, dA = −db · xᵀ",
  internal: true,
  parameters: [operand("a"), operand("factors"), operand("b")],
  type: (inputs) => nth(inputs, 2),
  vjp: (context) => {
    const { out, dOut, attrs, needed } = context;
    const transposed = attrs["transposed"] === true;
    const db = makeNode(solveFactoredOp, [at(context, 0), at(context, 1), dOut], {
      transposed: !transposed,
    });
    const dA = () =>
      neg(transposed ? gemm(out, db, { transposeB: true }) : gemm(db, out, { transposeB: true }));
    return [needed[0] === true ? dA() : null, null, db];
  },
  evaluate: (inputs, attrs, type) => {
    const [a, factors, b] = [nth(inputs, 0), nth(inputs, 1), nth(inputs, 2)];
    const [count, n] = countAndSize(a.shape).map(Number);
    const transposed = attrs["transposed"] === true;
    const columns = nth(b.shape, b.shape.length - 1);
    return written(type, (x) =>
      kernels.solveFactored(factors.data, b.data, x, count ?? 0, n ?? 0, columns, transposed),
    );
  },
  lowering: {
    kind: "kernel",
    call: ([a, _factors, b], _result, attrs) => ({
      callee: "solveFactored",
      arguments: [
        { kind: "operand", index: 1 },
        { kind: "operand", index: 2 },
        { kind: "result" },
        ...dims(...countAndSize(a?.shape ?? []), b?.shape.at(-1) ?? 1),
        { kind: "boolean", value: attrs["transposed"] === true },
      ],
    }),
  },
});

/** x with A · x = b for equal batch axes. */
function solveMatrices(a: Node, b: Node, transposed = false): Node {
  return makeNode(solveFactoredOp, [a, factorise(a), b], { transposed });
}

/** A vector on the right counts as a column. */
const asColumns = (b: Shape): Shape => (b.length === 1 ? [...b, 1] : b);

defineFormula({
  name: "solve",
  group,
  summary: "x with a · x = b: a [..., N, N], b [..., N, K] or [N].",
  gradient: "db = a⁻ᵀ · dx, da = −db · xᵀ",
  numerics:
    "Elimination with complete pivoting, in double precision; infinite or NaN if a is singular.",
  parameters: [operand("a"), operand("b")],
  type: (inputs) => {
    const a = requireSquare("solve", inputs);
    requireFloat("solve", inputs, 1);
    const given = nth(inputs, 1).shape;
    const b = asColumns(given);
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    if (given.length === 0 || batch === undefined || a.at(-1) !== b.at(-2)) {
      throw new TypeFault(
        "FG301",
        `solve: matrices ${formatShape(a)} and right sides ${formatShape(given)} do not fit`,
        { operands: [0, 1], accepted: "a [..., N, N] with b [..., N, K] or [N]" },
      );
    }
    const shape = [...batch, ...b.slice(-2)];
    return {
      dtype: promoteTypes(inputs),
      shape: given.length === 1 ? shape.slice(0, -1) : shape,
    };
  },
  expand: (inputs) => {
    const [a, b] = [nth(inputs, 0), nth(inputs, 1)];
    const dtype = promoteTypes([a.type, b.type]);
    const right = asColumns(b.type.shape);
    const batch = broadcastShapes(a.type.shape.slice(0, -2), right.slice(0, -2)) ?? [];
    const x = solveMatrices(
      cast(broadcastTo(a, [...batch, ...a.type.shape.slice(-2)]), dtype),
      cast(broadcastTo(reshape(b, right), [...batch, ...right.slice(-2)]), dtype),
    );
    return b.type.shape.length === 1 ? reshape(x, x.type.shape.slice(0, -1)) : x;
  },
  example: { typescript: "solve(a, b)", math: "solve(a, b)" },
});

/** Ones on the diagonal, for each matrix of a shape. */
export function identityLike(a: Node): Node {
  const plane = a.type.shape.slice(-2);
  return broadcastTo(cast(equal(iota(plane, 0), iota(plane, 1)), a.type.dtype), a.type.shape);
}

defineFormula({
  name: "inverse",
  group,
  summary: "The inverse of a square matrix, or of each in a batch.",
  gradient: "da = −yᵀ · dy · yᵀ",
  numerics: "To solve equations, `solve` is faster and more accurate.",
  parameters: [operand("a")],
  type: (inputs) => {
    requireSquare("inverse", inputs);
    return nth(inputs, 0);
  },
  expand: (inputs) => solveMatrices(nth(inputs, 0), identityLike(nth(inputs, 0))),
  example: { typescript: "inverse(a)", math: "inverse(a)" },
});
