import { dimProduct, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { TypeFault } from "../ir/op.js";
import { formatShape, isFloat, promoteTypes, type Shape } from "../ir/type.js";
import { cast, mul } from "./arithmetic.js";
import { nth } from "./chain.js";
import { operand, parameter } from "./define.js";
import { readSubscripts, type Contraction, type Label } from "./einsumNotation.js";
import { defineFormula } from "./grouped.js";
import { gemm } from "./matrix.js";
import { sum } from "./reduce.js";
import { reshape, transpose } from "./shape.js";
import { takeDiagonal } from "./triangles.js";

const group = "Linear algebra";

/** A tensor whose axes have labels, each at most once. */
interface Labelled {
  readonly node: Node;
  readonly labels: readonly Label[];
}

/** Without axes of size 1 that others repeat, repeated labels, and labels that nobody else has. */
function prepare(
  { node, labels }: Labelled,
  sizes: Contraction["sizes"],
  kept: ReadonlySet<Label>,
): Labelled {
  const { shape } = node.type;
  const isOwn = (axis: number) => shape[axis] !== 1 || sizes.get(nth(labels, axis)) === 1;
  const single = withoutRepeats({
    node: reshape(
      node,
      shape.filter((_, axis) => isOwn(axis)),
    ),
    labels: labels.filter((_, axis) => isOwn(axis)),
  });
  const dropped = single.labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]));
  return {
    node: sum(single.node, { axes: dropped }),
    labels: single.labels.filter((label) => kept.has(label)),
  };
}

/** The diagonal of axes with the same label, which becomes the last axis. */
function withoutRepeats({ node, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return { node, labels };
  const label = nth(labels, second);
  const first = labels.indexOf(label);
  return withoutRepeats({
    node: takeDiagonal(node, first, second),
    labels: [...labels.filter((_, i) => i !== first && i !== second), label],
  });
}

/** The axes in the order of `labels`; those not there get size 1. */
function aligned({ node, labels: own }: Labelled, labels: readonly Label[]): Node {
  const present = labels.filter((label) => own.includes(label));
  const ordered = transpose(
    node,
    present.map((label) => own.indexOf(label)),
  );
  let next = 0;
  return reshape(
    ordered,
    labels.map((label) => (own.includes(label) ? nth(ordered.type.shape, next++) : 1)),
  );
}

/** The product of two, summed over the labels that nobody needs any more. */
function contract(a: Labelled, b: Labelled, kept: ReadonlySet<Label>): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const groups: Groups = {
    batch: shared.filter((label) => kept.has(label)),
    inner: shared.filter((label) => !kept.has(label)),
    rows: a.labels.filter((label) => !b.labels.includes(label)),
    columns: b.labels.filter((label) => !a.labels.includes(label)),
  };
  const { batch, inner, rows, columns } = groups;
  const floats = isFloat(a.node.type.dtype);
  if (floats && inner.length > 0 && rows.length + columns.length > 0)
    return multiplyMatrices(a, b, groups);
  const labels = [...batch, ...rows, ...columns, ...inner];
  const product = mul(aligned(a, labels), aligned(b, labels));
  const axes = inner.map((_, i) => labels.length - inner.length + i);
  return { node: sum(product, { axes }), labels: labels.slice(0, labels.length - inner.length) };
}

interface Groups {
  readonly batch: readonly Label[];
  readonly inner: readonly Label[];
  readonly rows: readonly Label[];
  readonly columns: readonly Label[];
}

/** A batched matrix product; an operand that lies transposed is read so. */
function multiplyMatrices(
  a: Labelled,
  b: Labelled,
  { batch, inner, rows, columns }: Groups,
): Labelled {
  const transposeA =
    follows(a, [...batch, ...inner, ...rows]) && !follows(a, [...batch, ...rows, ...inner]);
  const transposeB =
    follows(b, [...batch, ...columns, ...inner]) && !follows(b, [...batch, ...inner, ...columns]);
  const matrix = (x: Labelled, first: readonly Label[], second: readonly Label[]) => {
    const ordered = aligned(x, [...batch, ...first, ...second]);
    const { shape } = ordered.type;
    const split = batch.length + first.length;
    return reshape(ordered, [
      ...shape.slice(0, batch.length),
      dimProduct(shape.slice(batch.length, split)),
      dimProduct(shape.slice(split)),
    ]);
  };
  const left = transposeA ? matrix(a, inner, rows) : matrix(a, rows, inner);
  const right = transposeB ? matrix(b, columns, inner) : matrix(b, inner, columns);
  const product = gemm(left, right, { transposeA, transposeB });
  const sizeOf = (x: Labelled) => (label: Label) => nth(x.node.type.shape, x.labels.indexOf(label));
  const shape = [...batch.map(sizeOf(a)), ...rows.map(sizeOf(a)), ...columns.map(sizeOf(b))];
  return { node: reshape(product, shape), labels: [...batch, ...rows, ...columns] };
}

/** True if the labels stand in this order. */
function follows({ labels }: Labelled, order: readonly Label[]): boolean {
  return labels.every((label, i) => label === order[i]);
}

/** The operands two by two, from the left. */
function contractAll({ operands, result, sizes }: Contraction, nodes: readonly Node[]): Node {
  const parts = nodes.map((node, i) => {
    const others = operands.filter((_, j) => j !== i).flat();
    const kept = new Set([...result, ...others]);
    return prepare({ node, labels: nth(operands, i) }, sizes, kept);
  });
  const whole = parts.slice(1).reduce(
    (left, right, i) => {
      const later = parts.slice(i + 2).flatMap((part) => part.labels);
      return contract(left, right, new Set([...result, ...later]));
    },
    nth(parts, 0),
  );
  const kept = new Set(result);
  return aligned(prepare(whole, sizes, kept), result);
}

const shapeOf = ({ result, sizes }: Contraction): Shape =>
  result.map((label): Dim => sizes.get(label) ?? 1);

defineFormula({
  name: "einsum",
  group,
  summary:
    "Sum of products by Einstein's convention: letters that are not in the result are summed over.",
  gradient: "for each operand, the einsum of dy with the others",
  numerics:
    "Operands are combined two by two from the left, each pair by a matrix product where it is one.",
  parameters: [
    parameter("subscripts", { kind: "string" }),
    parameter("operands", { kind: "rest" }),
  ],
  type: (inputs, attrs) => {
    if (inputs.length === 0)
      throw new TypeFault("FG202", "einsum has no operands", {
        accepted: 'einsum("ij,jk->ik", x, y)',
      });
    return {
      dtype: promoteTypes(inputs),
      shape: shapeOf(readSubscripts(String(attrs["subscripts"]), inputs)),
    };
  },
  expand: (inputs, attrs) => {
    const types = inputs.map((input) => input.type);
    const dtype = promoteTypes(types);
    return contractAll(
      readSubscripts(String(attrs["subscripts"]), types),
      inputs.map((input) => cast(input, dtype)),
    );
  },
  example: {
    typescript: 'einsum("bij,bjk->bik", x, y)',
    math: 'einsum("ij,kj,k->i", x, y, z)',
  },
});

defineFormula({
  name: "outer",
  group,
  summary: "All products of an element of a and one of b: [M] and [N] give [M, N].",
  gradient: "da = dy · b, db = a · dy",
  parameters: [operand("a"), operand("b")],
  type: (inputs) => {
    const wrong = inputs.findIndex(({ shape }) => shape.length !== 1);
    if (wrong >= 0) {
      throw new TypeFault(
        "FG305",
        `outer: shape ${formatShape(nth(inputs, wrong).shape)} is not that of a vector`,
        { operands: [wrong], accepted: "vectors" },
      );
    }
    return { dtype: promoteTypes(inputs), shape: inputs.flatMap(({ shape }) => shape) };
  },
  expand: (inputs) => {
    const [a, b] = [nth(inputs, 0), nth(inputs, 1)];
    return mul(reshape(a, [...a.type.shape, 1]), b);
  },
  example: { typescript: "outer(a, b)", math: "outer(a, b)" },
});
