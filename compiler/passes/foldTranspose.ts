import type { Node } from "../ir/node.js";
import { accumulate } from "../ops/accumulate.js";
import { numbersAttr } from "../ops/define.js";
import { gemm } from "../ops/matrix.js";
import { transpose } from "../ops/shape.js";
import { rulesPass } from "./applyRules.js";
import { match1, match2, type Rule, type RuleContext } from "./rule.js";
import { broadcastRules } from "./rules/broadcast.js";
import { shapeRules } from "./rules/shape.js";

interface Product {
  readonly a: Node;
  readonly b: Node;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function productOf(node: Node): Product | null {
  const operands = match2(node, "gemm");
  return (
    operands && {
      a: operands[0],
      b: operands[1],
      transposeA: node.attrs["transposeA"] === true,
      transposeB: node.attrs["transposeB"] === true,
    }
  );
}

/** The value whose last two axes this exchanges; other axes may still be permuted. */
function untransposed(node: Node): Node | null {
  const x = match1(node, "transpose");
  const axes = x && numbersAttr(node.attrs, "axes");
  const [row, column] = axes?.slice(-2) ?? [];
  if (!axes || row === undefined || column === undefined || row < column) return null;
  return transpose(x, [...axes.slice(0, -2), column, row]);
}

/** Whether a permutation of axes exchanges the last two and nothing else. */
export function swapsLastTwo(axes: readonly number[]): boolean {
  const rank = axes.length;
  return axes.every(
    (axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i),
  );
}

/** (op(A) · op(B))ᵀ = op(B)ᵀ · op(A)ᵀ. */
function transposedProduct(product: Product): Node {
  const { a, b, transposeA, transposeB } = product;
  return gemm(b, a, { transposeA: !transposeB, transposeB: !transposeA });
}

/** Whether a transpose of this value can be folded into it. NN would become TT, which is no kernel. */
function absorbsTranspose(node: Node, context: RuleContext): boolean {
  const product = productOf(node);
  return product !== null && product.transposeA !== product.transposeB && context.isSoleUse(node);
}

const foldTransposeRules: readonly Rule[] = [
  {
    name: "xᵀ · y reads x transposed",
    exact: true,
    rewrite: (node) => {
      const product = productOf(node);
      if (product === null) return null;
      const { a, b, transposeA, transposeB } = product;
      const x = untransposed(a);
      if (x) return gemm(x, b, { transposeA: !transposeA, transposeB });
      const y = untransposed(b);
      return y && gemm(a, y, { transposeA, transposeB: !transposeB });
    },
  },
  {
    name: "xᵀ · yᵀ = (y · x)ᵀ",
    exact: true,
    rewrite: (node) => {
      const product = productOf(node);
      if (!product?.transposeA || !product.transposeB) return null;
      const swapped = gemm(product.b, product.a);
      const axes = swapped.type.shape.map((_, i) => i);
      return transpose(swapped, [...axes.slice(0, -2), ...axes.slice(-2).toReversed()]);
    },
  },
  {
    name: "(x · yᵀ)ᵀ = y · xᵀ",
    exact: true,
    rewrite: (node, context) => {
      const x = match1(node, "transpose");
      const product = x && productOf(x);
      return product &&
        absorbsTranspose(x, context) &&
        swapsLastTwo(numbersAttr(node.attrs, "axes"))
        ? transposedProduct(product)
        : null;
    },
  },
  {
    name: "(x · yᵀ + zᵀ)ᵀ = y · xᵀ + z",
    exact: true,
    rewrite: (node, context) => {
      const sum = match1(node, "transpose");
      if (sum?.op.name !== "accumulate" || !context.isSoleUse(sum)) return null;
      const axes = numbersAttr(node.attrs, "axes");
      const folds =
        swapsLastTwo(axes) &&
        sum.inputs.every((x) => x.op.name === "transpose" || absorbsTranspose(x, context)) &&
        sum.inputs.some((x) => x.op.name === "gemm");
      return folds ? accumulate(sum.inputs.map((x) => transpose(x, axes))) : null;
    },
  },
  {
    name: "xᵀ + yᵀ = (x + y)ᵀ",
    exact: true,
    rewrite: (node) => {
      const first = node.inputs[0];
      if (node.op.name !== "accumulate" || first === undefined) return null;
      const order = JSON.stringify(first.attrs["axes"]);
      const operands = node.inputs.flatMap((x) => match1(x, "transpose") ?? []);
      const alike = node.inputs.every((x) => JSON.stringify(x.attrs["axes"]) === order);
      return alike && operands.length === node.inputs.length
        ? transpose(accumulate(operands), numbersAttr(first.attrs, "axes"))
        : null;
    },
  },
];

/**
 * Transposes become flags of the matrix products that read or make them, so
 * that the kernels NN, NT and TN need no transposed copy: dW = xᵀ · dy is TN,
 * dx = dy · Wᵀ is NT, however the author wrote y = x · W.
 */
export const pass = rulesPass("foldTranspose", [
  ...shapeRules,
  ...broadcastRules,
  ...foldTransposeRules,
]);
