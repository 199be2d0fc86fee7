import { dimProduct, type Dim } from "../ir/dim.js";
import { makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type Value } from "../ir/op.js";
import {
  broadcastShapes,
  formatShape,
  promoteTypes,
  type Shape,
  type TensorType,
} from "../ir/type.js";
import { cast, where } from "./arithmetic.js";
import { at, nth } from "./chain.js";
import { defineOp, floatType, indices, operand, readBroadcast } from "./define.js";
import { zero } from "./leaf.js";
import { any } from "./reduce.js";
import { broadcastTo, reshape } from "./shape.js";

const group = "Linear algebra";

/** Whether each operand is read transposed. */
interface Flags {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

function flagsOf(attrs: Attrs): Required<Flags> {
  return {
    transposeA: attrs["transposeA"] === true,
    transposeB: attrs["transposeB"] === true,
  };
}

/** Rows and columns of a matrix as the product sees it. */
function matrixDims(shape: Shape, transposed: boolean) {
  const [rows, columns] = [nth(shape, shape.length - 2), nth(shape, shape.length - 1)];
  return transposed ? { rows: columns, columns: rows } : { rows, columns };
}

/**
 * General matrix multiply, as in BLAS: op(A) · op(B) over the last two axes,
 * leading axes broadcast. The transposes are flags, so that no transposed
 * copy is ever made: dA and dB are again of this kind.
 */
const gemmOp = defineOp({
  name: "gemm",
  group,
  summary: "Matrix product with either operand read transposed.",
  gradient: "dA = dC · op(B)ᵀ, dB = op(A)ᵀ · dC",
  internal: true,
  parameters: [operand("a"), operand("b")],
  type: (inputs, attrs) => gemmType(nth(inputs, 0), nth(inputs, 1), attrs),
  vjp: (context) => {
    const { attrs, needed, dOut, mask } = context;
    const { transposeA: tA, transposeB: tB } = flagsOf(attrs);
    const [a, b] = [at(context, 0), at(context, 1)];
    const dA = () =>
      tA
        ? gemm(alive(b, tB ? -2 : -1, mask, -2), dOut, {
            transposeA: tB,
            transposeB: true,
          })
        : gemm(dOut, alive(b, tB ? -2 : -1, mask, -2), { transposeB: !tB });
    const dB = () =>
      tB
        ? gemm(dOut, alive(a, tA ? -1 : -2, mask, -1), {
            transposeA: true,
            transposeB: tA,
          })
        : gemm(alive(a, tA ? -1 : -2, mask, -1), dOut, { transposeA: !tA });
    return [needed[0] === true ? dA() : null, needed[1] === true ? dB() : null];
  },
  maskVjp: ({ attrs, inputs }, mask) => {
    const { transposeA, transposeB } = flagsOf(attrs);
    const rows = keptAlong(mask, -1);
    const columns = keptAlong(mask, -2);
    return [
      maskLike(nth(inputs, 0), transposeA, rows),
      maskLike(nth(inputs, 1), transposeB, columns),
    ];
  },
  evaluate: ([a, b], attrs, type) =>
    a && b ? evaluateGemm(a, b, flagsOf(attrs), type) : missing(),
  lowering: { kind: "matmul" },
});

function missing(): never {
  throw new Error("a product needs two operands");
}

/** Any of the mask along one of its last two axes, which stays with size 1. */
function keptAlong(mask: Node, axis: number): Node {
  return any(mask, { axes: [mask.type.shape.length + axis], keepDims: true });
}

/** A row mask [.., M, 1] or column mask [.., 1, N] in the shape of an operand, if its batch axes allow; else null. */
function maskLike(operandNode: Node, transposed: boolean, kept: Node): Node | null {
  const rank = kept.type.shape.length;
  if (operandNode.type.shape.length !== rank) return null;
  const flipped = transposed ? reshape(kept, swapped(kept.type.shape)) : kept;
  const fits = broadcastShapes(flipped.type.shape, operandNode.type.shape);
  return fits?.every((dim, i) => dim === operandNode.type.shape[i])
    ? broadcastTo(flipped, operandNode.type.shape)
    : null;
}

function swapped(shape: Shape): Shape {
  return [...shape.slice(0, -2), nth(shape, shape.length - 1), nth(shape, shape.length - 2)];
}

/** The operand with rows (or columns) zeroed that no chosen result reads: 0 · NaN must not reach the sum. */
function alive(x: Node, operandAxis: number, mask: Node | null, along: number): Node {
  if (mask === null) return x;
  // `along` is the axis of the mask that is combined; the other one indexes `operandAxis` of x.
  const kept = keptAlong(mask, along);
  const wantsRow = operandAxis === -2;
  const isRow = along === -1;
  const shaped = wantsRow === isRow ? kept : reshape(kept, swapped(kept.type.shape));
  return broadcastShapes(shaped.type.shape, x.type.shape)?.length === x.type.shape.length
    ? where(shaped, x, zero())
    : x;
}

function gemmType(a: TensorType, b: TensorType, attrs: Attrs): TensorType {
  const { transposeA, transposeB } = flagsOf(attrs);
  const left = matrixDims(a.shape, transposeA);
  const right = matrixDims(b.shape, transposeB);
  if (left.columns !== right.rows) throw innerFault(a.shape, b.shape, left.columns, right.rows);
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (batch === undefined) {
    throw new TypeFault(
      "FG301",
      `matmul: batch axes of ${formatShape(a.shape)} and ${formatShape(b.shape)} do not broadcast`,
      {
        operands: [0, 1],
        accepted: "leading axes that are equal, or 1 on one side",
      },
    );
  }
  return {
    dtype: promoteTypes([a, b]),
    shape: [...batch, left.rows, right.columns],
  };
}

function innerFault(a: Shape, b: Shape, left: Dim, right: Dim): TypeFault {
  return new TypeFault(
    "FG302",
    `matmul: inner dimensions differ: ${formatShape(a)} · ${formatShape(b)} (${left} against ${right})`,
    {
      operands: [0, 1],
      accepted: "the last axis of the first equal to the last but one of the second",
      ...(a.length === 2 && b.length === 2 && nth(a, 1) === nth(b, 1)
        ? { hint: "did you mean matmul(a, transpose(b))?" }
        : {}),
    },
  );
}

function evaluateGemm(
  a: Value,
  b: Value,
  { transposeA, transposeB }: Required<Flags>,
  type: { readonly dtype: Value["dtype"]; readonly shape: readonly number[] },
): Value {
  const depth = nth(a.shape, a.shape.length - (transposeA ? 2 : 1));
  const pick = (
    x: Value,
    batch: readonly number[],
    row: number,
    column: number,
    transposed: boolean,
  ) => readBroadcast(x, [...batch, ...(transposed ? [column, row] : [row, column])]);
  const data = indices(type.shape).map((index) => {
    const batch = index.slice(0, -2);
    const [i, j] = [nth(index, index.length - 2), nth(index, index.length - 1)];
    let total = 0;
    for (let k = 0; k < depth; k++)
      total += pick(a, batch, i, k, transposeA) * pick(b, batch, k, j, transposeB);
    return total;
  });
  return { ...type, data };
}

export function gemm(
  a: Node,
  b: Node,
  { transposeA = false, transposeB = false }: Flags = {},
): Node {
  return makeNode(gemmOp, [a, b], { transposeA, transposeB });
}

const matmulOp = defineOp({
  name: "matmul",
  group,
  summary:
    "Matrix product over the last two axes; written `a @ b` in math strings. Vectors count as a row on the left, a column on the right.",
  gradient: "dA = dC · Bᵀ, dB = Aᵀ · dC, without a transposed copy",
  parameters: [operand("a"), operand("b")],
  type: (inputs) => matmulType(nth(inputs, 0), nth(inputs, 1)),
  evaluate: () => {
    throw new Error("matmul is evaluated through its expansion");
  },
  lowering: {
    kind: "expand",
    expand: (inputs) => expandMatmul(nth(inputs, 0), nth(inputs, 1)),
  },
  example: { typescript: "matmul(x, W)", math: "x @ W" },
});

export const matmul = (a: Node, b: Node): Node => makeNode(matmulOp, [a, b]);

function matmulType(a: TensorType, b: TensorType): TensorType {
  const scalarOperand = [a, b].findIndex((type) => type.shape.length === 0);
  if (scalarOperand >= 0) {
    throw new TypeFault("FG305", `matmul: operand ${scalarOperand + 1} is a scalar`, {
      operands: [scalarOperand],
      accepted: "vectors, matrices and batches of matrices",
      hint: "use * to multiply by a scalar",
    });
  }
  if (nth(a.shape, a.shape.length - 1) !== nth(b.shape, Math.max(b.shape.length - 2, 0))) {
    throw innerFault(
      a.shape,
      b.shape,
      nth(a.shape, a.shape.length - 1),
      nth(b.shape, Math.max(b.shape.length - 2, 0)),
    );
  }
  const full = gemmType({ ...a, shape: asLeft(a.shape) }, { ...b, shape: asRight(b.shape) }, {});
  return {
    dtype: floatType([a, b]),
    shape: dropVectorAxes(full.shape, a.shape, b.shape),
  };
}

const asLeft = (shape: Shape): Shape => (shape.length === 1 ? [1, ...shape] : shape);
const asRight = (shape: Shape): Shape => (shape.length === 1 ? [...shape, 1] : shape);

function dropVectorAxes(full: Shape, a: Shape, b: Shape): Shape {
  const rank = full.length;
  return full.filter(
    (_, i) => !(a.length === 1 && i === rank - 2) && !(b.length === 1 && i === rank - 1),
  );
}

function expandMatmul(first: Node, second: Node): Node {
  const dtype = floatType([first.type, second.type]);
  const [a, b] = [cast(first, dtype), cast(second, dtype)];
  const [left, right] = [a.type.shape, b.type.shape];
  const result = matmulType(a.type, b.type).shape;
  const shared = right.length <= 2 && left.length > 2;
  if (!shared) return reshape(gemm(reshape(a, asLeft(left)), reshape(b, asRight(right))), result);
  // All batches multiply by the same matrix: one product with the batch axes merged into the rows.
  const rows = dimProduct(left.slice(0, -1));
  const merged = gemm(reshape(a, [rows, nth(left, left.length - 1)]), reshape(b, asRight(right)));
  return reshape(merged, result);
}
