import type { Node } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import { numberAttr } from "../ops/define.js";
import { elementsOf, type Sizes } from "./elementPositions.js";
import { emptySet, gathered, type IndexSet } from "./indexSet.js";
import type { Sparsity, SparsityContext } from "./sparsity.js";

/**
 * A tensor whose elements along an axis are chosen by indices, as three axes:
 * those before, the chosen one, those behind.
 */
interface Selection {
  readonly before: number;
  readonly size: number;
  readonly after: number;
  /** Indices for each place before the axis and behind it, or one list for all. */
  readonly picks: number;
  readonly isAlong: boolean;
  /** The indices, where they are known. */
  readonly known: readonly number[] | undefined;
}

/** The place of pick `p` in the tensor that is selected from; undefined where it is not known. */
function placeOf(selection: Selection, b: number, p: number, a: number): number | undefined {
  const { size, after, picks, isAlong, known } = selection;
  const index = known?.[isAlong ? (b * picks + p) * after + a : p];
  return index === undefined ? undefined : (b * size + index) * after + a;
}

function selectionOf(
  shape: Sizes,
  index: Node,
  axis: number,
  isAlong: boolean,
  context: SparsityContext,
): Selection {
  const sizes = context.shapeOf(index);
  return {
    before: elementsOf(shape.slice(0, axis)),
    size: shape[axis] ?? 1,
    after: elementsOf(shape.slice(axis + 1)),
    picks: isAlong ? (sizes[axis] ?? 1) : elementsOf(sizes),
    isAlong,
    known: context.knownOf(index),
  };
}

/** Calls `visit` for every pick with its own place and the places it may select. */
function eachPick(
  selection: Selection,
  visit: (own: number, selected: readonly number[]) => void,
): void {
  const { before, size, after, picks } = selection;
  for (let b = 0; b < before; b++)
    for (let a = 0; a < after; a++) {
      const anywhere = Array.from({ length: size }, (_, k) => (b * size + k) * after + a);
      for (let p = 0; p < picks; p++) {
        const place = placeOf(selection, b, p, a);
        visit((b * picks + p) * after + a, place === undefined ? anywhere : [place]);
      }
    }
}

const isAlong = ({ op }: Node): boolean =>
  (op.lowering.kind === "gather" || op.lowering.kind === "scatterAdd") && op.lowering.along;

/** What is read: the element at a known index, else any along the axis. */
export function ofGather(node: Node, context: SparsityContext): Sparsity {
  const x = nth(node.inputs, 0);
  const own = context.structureOf(x) ?? [];
  const axis = numberAttr(node.attrs, "axis");
  const index = nth(node.inputs, 1);
  const selection = selectionOf(context.shapeOf(x), index, axis, isAlong(node), context);
  return gathered(elementsOf(context.shapeOf(node)), (add) =>
    eachPick(selection, (to, selected) => selected.forEach((from) => add(to, own[from]))),
  );
}

/** What is added into zeros: at a known index, else anywhere along the axis. */
export function ofScatter(node: Node, context: SparsityContext): Sparsity {
  const shape = context.shapeOf(node);
  const [index, updates] = [nth(node.inputs, 0), nth(node.inputs, 1)];
  const own: readonly IndexSet[] = context.structureOf(updates) ?? [];
  const axis = numberAttr(node.attrs, "axis");
  const selection = selectionOf(shape, index, axis, isAlong(node), context);
  return gathered(elementsOf(shape), (add) =>
    eachPick(selection, (from, selected) =>
      selected.forEach((to) => add(to, own[from] ?? emptySet)),
    ),
  );
}
