import type { Node } from "../ir/node.js";
import { whereOp } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { eachProduct } from "../ops/convolutionProducts.js";
import { numberAttr, numbersAttr } from "../ops/define.js";
import {
  broadcastPositions,
  elementsOf,
  mappedPositions,
  reducedPositions,
  type Sizes,
} from "./elementPositions.js";
import { emptySet, gathered, union, unionOf, type IndexSet } from "./indexSet.js";
import type { Sparsity, SparsityContext } from "./sparsity.js";
import { ofGather, ofScatter } from "./sparsityIndexing.js";
import { ofProduct } from "./sparsityProducts.js";

/** The structure of a result from those of the operands. */
export type SparsityRule = (node: Node, context: SparsityContext) => Sparsity;

/** How an operation hands on what its operands depend on. One without a rule of its own mixes everything. */
export function ruleFor({ op }: Node): SparsityRule {
  switch (op.lowering.kind) {
    case "scalar":
      return op === whereOp ? ofChoice : ofElements;
    case "accumulate":
      return ofElements;
    case "reduce":
      return ofReduction;
    case "view":
      return ofView;
    case "reshape":
      return (node, context) => context.structureOf(nth(node.inputs, 0)) ?? [];
    case "embed":
      return ofEmbedding;
    case "concat":
      return ofConcat;
    case "gather":
      return ofGather;
    case "scatterAdd":
      return ofScatter;
    case "matmul":
      return ofProduct;
    default:
      return kernels.get(op.name) ?? mixed;
  }
}

/** Every element of the result may depend on all that any operand depends on. */
const mixed: SparsityRule = (node, context) => {
  const all = unionOf(node.inputs.flatMap((input) => context.structureOf(input) ?? []));
  return new Array<IndexSet>(elementsOf(context.shapeOf(node))).fill(all);
};

/** Element by element, but for factors that are known to be 0. */
const ofElements: SparsityRule = (node, context) => {
  const shape = context.shapeOf(node);
  const sets = new Array<IndexSet>(elementsOf(shape)).fill(emptySet);
  for (const [i, input] of node.inputs.entries()) {
    const own = context.structureOf(input);
    if (own === undefined) continue;
    const factor = node.op.name === "mul" ? node.inputs[1 - i] : undefined;
    const alive = aliveIn(factor, shape, context);
    broadcastPositions(shape, context.shapeOf(input)).forEach((from, to) => {
      if (alive(to)) sets[to] = union(sets[to] ?? emptySet, own[from] ?? emptySet);
    });
  }
  return sets;
};

/** Whether a factor lets an element of the product move: unless it is known to be 0. */
function aliveIn(
  factor: Node | undefined,
  shape: Sizes,
  context: SparsityContext,
): (element: number) => boolean {
  const known = factor && context.knownOf(factor);
  if (factor === undefined || known === undefined) return () => true;
  const from = broadcastPositions(shape, context.shapeOf(factor));
  return (element) => known[from[element] ?? 0] !== 0;
}

/** Of the side chosen, where the condition is known; else of either. */
const ofChoice: SparsityRule = (node, context) => {
  const shape = context.shapeOf(node);
  const condition = nth(node.inputs, 0);
  const chosen = context.knownOf(condition);
  const from = chosen && broadcastPositions(shape, context.shapeOf(condition));
  const sets = new Array<IndexSet>(elementsOf(shape)).fill(emptySet);
  for (const side of [1, 2]) {
    const input = nth(node.inputs, side);
    const own = context.structureOf(input);
    if (own === undefined) continue;
    broadcastPositions(shape, context.shapeOf(input)).forEach((position, to) => {
      const holds = chosen?.[from?.[to] ?? 0];
      if (holds !== undefined && (holds !== 0) !== (side === 1)) return;
      sets[to] = union(sets[to] ?? emptySet, own[position] ?? emptySet);
    });
  }
  return sets;
};

const ofReduction: SparsityRule = (node, context) => {
  const x = nth(node.inputs, 0);
  const own = context.structureOf(x) ?? [];
  const to = reducedPositions(context.shapeOf(x), numbersAttr(node.attrs, "axes"));
  return gathered(elementsOf(context.shapeOf(node)), (add) =>
    to.forEach((place, from) => add(place, own[from])),
  );
};

const ofView: SparsityRule = (node, context) => {
  const { lowering } = node.op;
  const x = nth(node.inputs, 0);
  const own = context.structureOf(x) ?? [];
  if (lowering.kind !== "view") return own;
  const map = lowering.map(x.type.shape, node.type.shape, node.attrs);
  const from = mappedPositions(context.shapeOf(node), context.shapeOf(x), map);
  return Array.from(from, (position) => own[position] ?? emptySet);
};

const ofEmbedding: SparsityRule = (node, context) => {
  const { lowering } = node.op;
  const x = nth(node.inputs, 0);
  const own = context.structureOf(x) ?? [];
  if (lowering.kind !== "embed") return own;
  const shape = context.shapeOf(node);
  const map = lowering.map(x.type.shape, node.type.shape, node.attrs);
  const sets = new Array<IndexSet>(elementsOf(shape)).fill(emptySet);
  mappedPositions(context.shapeOf(x), shape, map).forEach((to, from) => {
    sets[to] = own[from] ?? emptySet;
  });
  return sets;
};

const ofConcat: SparsityRule = (node, context) => {
  const shape = context.shapeOf(node);
  const axis = numberAttr(node.attrs, "axis");
  const sets = new Array<IndexSet>(elementsOf(shape)).fill(emptySet);
  const identity = shape.map((_, i) => ({ axis: i, stride: 1, offset: 0 }));
  let start = 0;
  for (const input of node.inputs) {
    const own = context.structureOf(input);
    const part = context.shapeOf(input);
    const map = identity.map((one, i) => (i === axis ? { ...one, offset: start } : one));
    if (own !== undefined)
      mappedPositions(part, shape, map).forEach((to, from) => {
        sets[to] = own[from] ?? emptySet;
      });
    start += part[axis] ?? 0;
  }
  return sets;
};

/** What runs along an axis mixes each row of it. */
const alongAxis: SparsityRule = (node, context) => {
  const shape = context.shapeOf(node);
  const rows = reducedPositions(shape, [numberAttr(node.attrs, "axis")]);
  const count = elementsOf(shape) / Math.max(1, shape[numberAttr(node.attrs, "axis")] ?? 1);
  const compact = compacted(rows);
  const mixedRows = gathered(count, (add) => {
    for (const input of node.inputs) {
      const own = context.structureOf(input);
      if (own !== undefined) compact.forEach((row, from) => add(row, own[from]));
    }
  });
  return Array.from(compact, (row) => mixedRows[row] ?? emptySet);
};

/** Different numbers, numbered from 0 in the order they come. */
function compacted(numbers: Int32Array): Int32Array {
  const seen = new Map<number, number>();
  return numbers.map((one) => {
    if (!seen.has(one)) seen.set(one, seen.size);
    return seen.get(one) ?? 0;
  });
}

/** Each matrix of a batch by itself. */
const perMatrix: SparsityRule = (node, context) => {
  const shape = context.shapeOf(node);
  const first = context.shapeOf(nth(node.inputs, 0));
  const matrices = elementsOf(first.slice(0, -2));
  const share = (sizes: Sizes) => elementsOf(sizes) / Math.max(1, matrices);
  const sets = gathered(matrices, (add) => {
    for (const input of node.inputs) {
      const own = context.structureOf(input);
      const size = share(context.shapeOf(input));
      own?.forEach((set, i) => add(Math.floor(i / size), set));
    }
  });
  const size = share(shape);
  return Array.from(
    { length: elementsOf(shape) },
    (_, i) => sets[Math.floor(i / size)] ?? emptySet,
  );
};

/** Which of image, filters and result the operands of a convolution are, and which the result. */
const convolutions: Readonly<Record<string, readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2]>> = {
  conv2d: [0, 1, 2],
  conv2dInput: [2, 1, 0],
  conv2dFilters: [0, 2, 1],
};

/** Every product that a convolution adds up hands on what its factors depend on. */
const ofConvolution: SparsityRule = (node, context) => {
  const [first, second, result] = convolutions[node.op.name] ?? [0, 1, 2];
  const parts = new Map<number, Node>([
    [first, nth(node.inputs, 0)],
    [second, nth(node.inputs, 1)],
    [result, node],
  ]);
  const shape = (role: number) => context.shapeOf(parts.get(role) ?? node);
  const factors = [first, second].map((role) => ({
    role,
    own: context.structureOf(parts.get(role) ?? node),
    known: context.knownOf(parts.get(role) ?? node),
  }));
  return gathered(elementsOf(shape(result)), (add) =>
    eachProduct(shape(0), shape(1), shape(2), node.attrs, (...positions) => {
      const isDead = factors.some(({ role, known }) => known?.[positions[role] ?? 0] === 0);
      if (isDead) return;
      for (const { role, own } of factors) add(positions[result] ?? 0, own?.[positions[role] ?? 0]);
    }),
  );
};

const kernels: ReadonlyMap<string, SparsityRule> = new Map<string, SparsityRule>([
  ["cumsum", alongAxis],
  ["cumprod", alongAxis],
  ["linearRecurrence", alongAxis],
  ["choleskyFactor", perMatrix],
  ["determinant", perMatrix],
  ["logDeterminant", perMatrix],
  ["cofactors", perMatrix],
  ["solveFactored", perMatrix],
  ["solveTriangular", perMatrix],
  ["conv2d", ofConvolution],
  ["conv2dInput", ofConvolution],
  ["conv2dFilters", ofConvolution],
]);
