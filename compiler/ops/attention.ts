import { TypeFault } from "../ir/op.js";
import { broadcastShapes, formatShape, promoteTypes, type TensorType } from "../ir/type.js";
import { div, lessEqual, where } from "./arithmetic.js";
import { nth } from "./chain.js";
import { operand, parameter } from "./define.js";
import { sqrt } from "./elementwise.js";
import { defineFormula } from "./grouped.js";
import { requireFloat } from "./indexing.js";
import { constant, size } from "./leaf.js";
import { softmax } from "./losses.js";
import { gemm } from "./matrix.js";
import { iota } from "./shape.js";

/** [..., T, e] from q [..., T, d], k [..., S, d] and v [..., S, e]. @throws TypeFault */
function attentionType(inputs: readonly TensorType[]): TensorType {
  inputs.forEach((_, i) => requireFloat("attention", inputs, i));
  const [q, k, v] = inputs.map((type) => type.shape);
  if (!q || !k || !v) throw new Error("attention takes three operands");
  const flat = [q, k, v].findIndex((shape) => shape.length < 2);
  if (flat >= 0) {
    throw new TypeFault("FG305", `attention: operand ${flat + 1} is not a matrix`, {
      operands: [flat],
      accepted: "queries [..., T, d], keys [..., S, d] and values [..., S, e]",
    });
  }
  const scores = broadcastShapes(q.slice(0, -2), k.slice(0, -2));
  const batch = scores && broadcastShapes(scores, v.slice(0, -2));
  if (batch === undefined || q.at(-1) !== k.at(-1) || k.at(-2) !== v.at(-2)) {
    throw new TypeFault(
      "FG301",
      `attention: queries ${formatShape(q)}, keys ${formatShape(k)} and values ${formatShape(v)} do not fit`,
      { accepted: "queries [..., T, d], keys [..., S, d] and values [..., S, e]" },
    );
  }
  return {
    dtype: promoteTypes(inputs),
    shape: [...batch, nth(q, q.length - 2), nth(v, v.length - 1)],
  };
}

defineFormula({
  name: "attention",
  group: "Attention",
  summary:
    "softmax(q · kᵀ / √d) · v over the last two axes: q [..., T, d], k [..., S, d], v [..., S, e].",
  gradient:
    "dv = pᵀ · dy, ds = p · (dy · vᵀ − Σ p · (dy · vᵀ)), dq = ds · k / √d, dk = dsᵀ · q / √d",
  numerics: "Softmax is shifted by the largest score; hidden positions have weight 0.",
  parameters: [
    operand("q"),
    operand("k"),
    operand("v"),
    parameter("causal", { kind: "boolean" }, false, "Position t sees the keys 0 … t only."),
  ],
  type: attentionType,
  expand: (inputs, attrs) => {
    const [q, k, v] = [nth(inputs, 0), nth(inputs, 1), nth(inputs, 2)];
    const depth = nth(q.type.shape, q.type.shape.length - 1);
    const scores = div(gemm(q, k, { transposeB: true }), sqrt(size(depth)));
    const plane = scores.type.shape.slice(-2);
    const seen =
      attrs["causal"] === true
        ? where(lessEqual(iota(plane, 1), iota(plane, 0)), scores, constant(-Infinity))
        : scores;
    return gemm(softmax(seen, scores.type.shape.length - 1), v);
  },
  example: {
    typescript: "attention(q, k, v, { causal: true })",
    math: "attention(q, k, v, causal=true)",
  },
});
