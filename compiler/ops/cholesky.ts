import * as kernels from "../../runtime/cholesky.js";
import { makeNode, type Node } from "../ir/node.js";
import type { Op } from "../ir/op.js";
import { add, equal, mul, neg, where } from "./arithmetic.js";
import { at, chain1, nth } from "./chain.js";
import { defineOp, operand } from "./define.js";
import { defineFormula } from "./grouped.js";
import { constant } from "./leaf.js";
import { countAndSize, dims, requireSquare } from "./linearSystems.js";
import { gemm } from "./matrix.js";
import { written } from "./scans.js";
import { iota, swapLast } from "./shape.js";
import { tril } from "./triangles.js";

const group = "Linear algebra";

const half = (x: Node): Node => mul(constant(0.5), x);

/** The lower triangle, with half the diagonal. */
function lowerHalf(x: Node): Node {
  const plane = x.type.shape.slice(-2);
  const lower = tril(x);
  return where(equal(iota(plane, 0), iota(plane, 1)), half(lower), lower);
}

const solveTriangularOp: Op = defineOp({
  name: "solveTriangular",
  group,
  summary: "x with L · x = b, or Lᵀ · x = b, for a lower triangular L.",
  gradient: "db = L⁻ᵀ · dx, dL = −tril(db · xᵀ)",
  internal: true,
  parameters: [operand("l"), operand("b")],
  type: (inputs) => nth(inputs, 1),
  vjp: (context) => {
    const { out, dOut, attrs, needed } = context;
    const transposed = attrs["transposed"] === true;
    const db = solveTriangular(at(context, 0), dOut, !transposed);
    const [left, right] = transposed ? [out, db] : [db, out];
    return [needed[0] === true ? neg(tril(gemm(left, right, { transposeB: true }))) : null, db];
  },
  evaluate: (inputs, attrs, type) => {
    const [l, b] = [nth(inputs, 0), nth(inputs, 1)];
    const [count, n] = countAndSize(l.shape).map(Number);
    const columns = nth(b.shape, b.shape.length - 1);
    return written(type, (x) =>
      kernels.solveTriangular(
        l.data,
        b.data,
        x,
        count ?? 0,
        n ?? 0,
        columns,
        attrs["transposed"] === true,
      ),
    );
  },
  lowering: {
    kind: "kernel",
    call: ([l, b], _result, attrs) => ({
      callee: "solveTriangular",
      arguments: [
        { kind: "operand", index: 0 },
        { kind: "operand", index: 1 },
        { kind: "result" },
        ...dims(...countAndSize(l?.shape ?? []), b?.shape.at(-1) ?? 1),
        { kind: "boolean", value: attrs["transposed"] === true },
      ],
    }),
  },
});

function solveTriangular(l: Node, b: Node, transposed: boolean): Node {
  return makeNode(solveTriangularOp, [l, b], { transposed });
}

/**
 * Source of the gradient: I. Murray, "Differentiation of the Cholesky
 * decomposition", 2016, equation 10: L⁻ᵀ Φ(Lᵀ dL) L⁻¹, made symmetric.
 */
const choleskyFactorOp: Op = defineOp({
  name: "choleskyFactor",
  group,
  summary: "The lower triangular L with L · Lᵀ = a, for a symmetric a.",
  gradient: "da = the symmetric part of L⁻ᵀ · Φ(Lᵀ · dL) · L⁻¹",
  internal: true,
  parameters: [operand("a")],
  type: (inputs) => nth(inputs, 0),
  vjp: chain1((_a, l, dl) => {
    const inner = lowerHalf(gemm(l, tril(dl), { transposeA: true }));
    const left = solveTriangular(l, inner, true);
    const whole = swapLast(solveTriangular(l, swapLast(left), true));
    return half(add(whole, swapLast(whole)));
  }),
  evaluate: (inputs, _attrs, type) => {
    const a = nth(inputs, 0);
    const [count, n] = countAndSize(a.shape).map(Number);
    return written(type, (l) => kernels.choleskyFactor(a.data, l, count ?? 0, n ?? 0));
  },
  lowering: {
    kind: "kernel",
    call: ([a]) => ({
      callee: "choleskyFactor",
      arguments: [
        { kind: "operand", index: 0 },
        { kind: "result" },
        ...dims(...countAndSize(a?.shape ?? [])),
      ],
    }),
  },
});

defineFormula({
  name: "cholesky",
  group,
  summary: "The lower triangular L with L · Lᵀ = a, for a symmetric positive definite a.",
  gradient:
    "da = the symmetric part of L⁻ᵀ · Φ(Lᵀ · dL) · L⁻¹, Φ the lower triangle with half the diagonal",
  numerics:
    "Of (a + aᵀ) / 2, so that the gradient is symmetric and that of all elements. NaN unless positive definite.",
  parameters: [operand("a")],
  type: (inputs) => {
    requireSquare("cholesky", inputs);
    return nth(inputs, 0);
  },
  expand: (inputs) => {
    const a = nth(inputs, 0);
    return makeNode(choleskyFactorOp, [half(add(a, swapLast(a)))]);
  },
  example: { typescript: "cholesky(a)", math: "cholesky(a)" },
});
