import { dimAdd, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import type { Combine } from "../ir/op.js";
import type { Shape } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { numberAttr, numbersAttr } from "../ops/define.js";
import {
  broadcastElement,
  composeIndex,
  element,
  isFloatCast,
  isPattern,
  isScalarAlias,
} from "./element.js";
import type { Sharing } from "./inPlace.js";
import { gatherUnits, scatterUnits } from "./indirection.js";
import { loopUnit, loopValueUnit } from "./loopUnits.js";
import type { LoopValues } from "./loopValues.js";
import { fixed, isPosition } from "./position.js";
import { atUnits, copyUnit, placing, updateUnits } from "./positionUnits.js";
import type { Scalar } from "./program.js";
import { nestOver, plain, sequence, zeros, type Unit } from "./unit.js";

/** What units are made with. */
export interface UnitContext {
  /** Values without work of their own that are given memory all the same. */
  readonly stored: ReadonlySet<Node>;
  readonly absorbed: ReadonlySet<Node>;
  readonly sharing: Sharing;
  readonly loops: ReadonlyMap<Node, LoopValues>;
}

/** The units of all values that need work, in the order of the graph. */
export function unitsOf(nodes: readonly Node[], context: UnitContext): readonly Unit[] {
  return nodes.flatMap((node) => (context.absorbed.has(node) ? [] : unitsOfNode(node, context)));
}

/** Contributions that add into the gradient's buffer instead of having one of their own. */
export function absorbedContributions(
  nodes: readonly Node[],
  outputs: readonly Node[],
): ReadonlySet<Node> {
  const uses = new Map<Node, number>();
  for (const x of [...nodes.flatMap((node) => node.inputs), ...outputs])
    uses.set(x, (uses.get(x) ?? 0) + 1);
  const absorbed = new Set<Node>();
  for (const node of nodes) {
    if (node.op.lowering.kind !== "accumulate" || node.type.shape.length === 0) continue;
    for (const x of node.inputs) if (addsIntoBuffer(x) && uses.get(x) === 1) absorbed.add(x);
  }
  return absorbed;
}

/** Contributions to a sum, and to the sums among them that have no memory of their own. */
function contributionsOf(node: Node, absorbed: ReadonlySet<Node>): readonly Node[] {
  return node.inputs.flatMap((x) =>
    x.op.lowering.kind === "accumulate" && absorbed.has(x) ? contributionsOf(x, absorbed) : [x],
  );
}

function addsIntoBuffer(node: Node): boolean {
  const kind = node.op.lowering.kind;
  const isOf = (wanted: string) => (x: Node) => x.op.lowering.kind === wanted;
  if (kind === "accumulate")
    return node.inputs.some(isOf("embedAt")) || node.inputs.every(isOf("matmul"));
  return kind === "matmul" || kind === "embed" || kind === "embedAt" || kind === "scatterAdd";
}

function unitsOfNode(node: Node, context: UnitContext): readonly Unit[] {
  const { stored, sharing } = context;
  const lowering = node.op.lowering;
  switch (lowering.kind) {
    case "leaf":
      return stored.has(node) ? [copyUnit(node, stored)] : [];
    case "view":
    case "reshape":
    case "iota":
      return stored.has(node) || isScalarAlias(node) ? [copyUnit(node, stored)] : [];
    case "scalar":
      if (isFloatCast(node) || isPosition(node)) return [];
      if (isPattern(node)) return stored.has(node) ? [copyUnit(node, stored)] : [];
      return [elementwiseUnit(node, stored)];
    case "reduce":
      return [reduceUnit(node, lowering.combine, stored)];
    case "accumulate":
      return accumulateUnits(node, context);
    case "concat":
      return concatUnits(node, stored);
    case "gather":
      return gatherUnits(node, lowering.along, stored);
    case "at":
      return stored.has(node) || node.type.shape.length === 0 ? atUnits(node, stored) : [];
    case "update":
      return updateUnits(node, lowering.combine, sharing.baseOf.has(node), stored);
    case "loop":
      return [loopUnit(node, context)];
    case "loopValue":
      return [loopValueUnit(node)];
    case "embed":
    case "embedAt":
    case "scatterAdd":
      return sequence(node, [zeros(node), ...addingUnits(node, node, stored, true)]);
    case "matmul":
      return [matmulUnit(node, node, false)];
    case "kernel": {
      const call = lowering.call(
        node.inputs.map((x) => x.type),
        node.type,
        node.attrs,
      );
      return [
        {
          ...plain(node),
          work: { kind: "kernel", call, operands: node.inputs },
        },
      ];
    }
    case "expand":
      throw new Error(`${node.op.name} must be expanded before scheduling`);
  }
}

function elementwiseUnit(node: Node, stored: ReadonlySet<Node>): Unit {
  const { loops, index } = nestOver(node.type.shape);
  const operands = node.inputs.map((x) => broadcastElement(x, node.type.shape, index, stored));
  const value: Scalar = { kind: "apply", node, arguments: operands };
  return {
    ...plain(node),
    loops,
    work: { kind: "assign", target: index, value, combine: null },
  };
}

/** Loops run over the operand in memory order; the result is indexed by those that are kept. */
function reduceUnit(node: Node, combine: Combine, stored: ReadonlySet<Node>): Unit {
  const x = nth(node.inputs, 0);
  const { loops, index } = nestOver(x.type.shape);
  const axes = numbersAttr(node.attrs, "axes");
  const kept = node.attrs["keepDims"] === true;
  const target = index.flatMap((position, axis) =>
    axes.includes(axis) ? (kept ? [fixed(0)] : []) : [position],
  );
  return {
    ...plain(node),
    loops,
    work: {
      kind: "reduce",
      target,
      value: asCombined(node, x, element(x, index, stored)),
      combine,
    },
  };
}

/** The element as what is combined: `any` and `all` of numbers ask whether each is not 0. */
function asCombined(node: Node, x: Node, value: Scalar): Scalar {
  const asks = node.type.dtype === "bool" && x.type.dtype !== "bool";
  return asks ? { kind: "apply", node: cast(x, "bool"), arguments: [value] } : value;
}

/**
 * Elementwise contributions in one sum; then products, slices and scatters
 * added in place. What the memory holds already is not added again.
 */
function accumulateUnits(node: Node, { stored, absorbed, sharing }: UnitContext): readonly Unit[] {
  const base = sharing.baseOf.get(node);
  const parts = contributionsOf(node, absorbed);
  const summed = parts.filter((x) => !absorbed.has(x) && x !== base);
  const adding = parts.filter((x) => absorbed.has(x));
  const { loops, index } = nestOver(node.type.shape);
  const terms = summed.map((x) => ({
    value: element(x, index, stored),
    origin: x.origin,
  }));
  const total: Scalar = { kind: "total", node, terms };
  const combine = base === undefined ? null : "add";
  const over = base === undefined ? [] : [base];
  const firstProduct =
    summed.length === 0 && base === undefined
      ? adding.find((x) => x.op.lowering.kind === "matmul")
      : undefined;
  const start: readonly Unit[] =
    summed.length > 0
      ? [{ ...plain(node), loops, work: { kind: "assign", target: index, value: total, combine } }]
      : firstProduct !== undefined
        ? [matmulUnit(node, firstProduct, false)]
        : base === undefined
          ? [zeros(node)]
          : [];
  const rest = adding
    .filter((x) => x !== firstProduct)
    .flatMap((x) => addingUnits(node, x, stored, false));
  const units = [...start, ...rest];
  const first = units.findIndex((unit) => unit.work.kind !== "check");
  return sequence(
    node,
    units.map((unit, i) => (i === first ? { ...unit, over } : unit)),
  );
}

/** Units that add `part`, a product or a sparse value, into the buffer of `node`. */
function addingUnits(
  node: Node,
  part: Node,
  stored: ReadonlySet<Node>,
  fresh: boolean,
): readonly Unit[] {
  const lowering = part.op.lowering;
  if (lowering.kind === "matmul") return [matmulUnit(node, part, true)];
  if (lowering.kind === "scatterAdd") return scatterUnits(node, part, lowering.along, stored);
  if (lowering.kind === "embedAt") {
    const value = nth(part.inputs, 0);
    const positions = part.inputs.slice(1);
    const unit = placing(node, value, positions, fresh ? null : "add", stored);
    return [{ ...unit, origin: part.origin }];
  }
  if (lowering.kind !== "embed") throw new Error(`${part.op.name} does not add in place`);
  const x = nth(part.inputs, 0);
  const { loops, index } = nestOver(x.type.shape);
  const target = composeIndex(lowering.map(x.type.shape, part.type.shape, part.attrs), index);
  const combine = fresh ? null : "add";
  return [
    {
      ...plain(node),
      origin: part.origin,
      loops,
      work: {
        kind: "assign",
        target,
        value: element(x, index, stored),
        combine,
      },
    },
  ];
}

function concatUnits(node: Node, stored: ReadonlySet<Node>): readonly Unit[] {
  const axis = numberAttr(node.attrs, "axis");
  let offset: Dim = 0;
  const parts = node.inputs.map((x): Unit => {
    const { loops, index } = nestOver(x.type.shape);
    const own = nth(index, axis);
    const target = index.with(axis, {
      ...own,
      offset: dimAdd(own.offset, offset),
    });
    offset = dimAdd(offset, nth(x.type.shape, axis));
    return {
      ...plain(node),
      loops,
      work: {
        kind: "assign",
        target,
        value: element(x, index, stored),
        combine: null,
      },
    };
  });
  return sequence(node, parts);
}

/** A product over the last two axes; the loops are its batch axes. */
function matmulUnit(node: Node, product: Node, accumulate: boolean): Unit {
  const batch = product.type.shape.slice(0, -2);
  const { loops, index } = nestOver(batch);
  const batchOf = (shape: Shape) => {
    const own = shape.slice(0, -2);
    return own.map((dim, i) => (dim === 1 ? fixed(0) : nth(index, i + batch.length - own.length)));
  };
  return {
    node,
    origin: product.origin,
    loops,
    after: null,
    work: { kind: "matmul", product, accumulate, batchOf },
  };
}
