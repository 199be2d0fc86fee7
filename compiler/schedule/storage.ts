import type { Node } from "../ir/node.js";
import type { Shape } from "../ir/type.js";
import { behindReshapes, isLoop } from "./element.js";
import { isInside, type Nest, type Placement } from "./place.js";
import { resolve, type Buffer, type Index, type Local, type Loop } from "./program.js";
import { elementsOf, wholeOperands, type Unit } from "./unit.js";

/**
 * Where values are kept. A value read only in the iteration that wrote it is a
 * scalar variable; one read later in the same loop nest needs memory for the
 * loops that ended in between; any other needs all of its elements.
 */
export interface Home {
  readonly local: Local | null;
  /** The body the variable lives in; null for the top level. */
  readonly scope: Nest | null;
  readonly buffer: Buffer | null;
  /** Axes the buffer has; the others are fixed by loops that writer and readers share. */
  readonly keptAxes: readonly number[];
}

export type Homes = ReadonlyMap<Node, Home>;

export function chooseHomes(
  placement: Placement,
  outputs: ReadonlySet<Node>,
  results: ReadonlySet<Node>,
): Homes {
  const readers = readersOf(placement);
  const whole = readWhole(placement, outputs);
  const homes = new Map<Node, Home>();
  for (const [node, units] of placement.unitsOf) {
    homes.set(node, homeOf(node, units, readers.get(node) ?? [], whole, placement, results));
  }
  return homes;
}

interface Reader {
  readonly unit: Unit;
  readonly shape: Shape;
}

function readersOf(placement: Placement): ReadonlyMap<Node, readonly Reader[]> {
  const readers = new Map<Node, Reader[]>();
  for (const units of placement.unitsOf.values()) {
    for (const unit of units) {
      for (const { of, shape } of elementsOf(unit.work)) {
        const list = readers.get(of);
        if (list === undefined) readers.set(of, [{ unit, shape }]);
        else list.push({ unit, shape });
      }
    }
  }
  return readers;
}

/** Values that kernels, checks or the caller read as a whole. */
function readWhole(placement: Placement, outputs: ReadonlySet<Node>): ReadonlySet<Node> {
  const whole = new Set(outputs);
  // A scalar that is read as a tensor is stored as its reshape; any other reshape has no memory.
  const add = (node: Node) => [node, behindReshapes(node)].forEach((each) => whole.add(each));
  for (const units of placement.unitsOf.values()) {
    for (const { work } of units) {
      if (work.kind === "matmul") work.product.inputs.forEach(add);
      if (work.kind === "kernel") work.operands.forEach(add);
      if (work.kind === "check" && work.value === undefined) add(work.indices);
      if (work.kind === "loop") wholeOperands(work).forEach(add);
    }
  }
  return whole;
}

function homeOf(
  node: Node,
  units: readonly Unit[],
  readers: readonly Reader[],
  whole: ReadonlySet<Node>,
  placement: Placement,
  results: ReadonlySet<Node>,
): Home {
  const local: Local = { kind: "local", node, dtype: node.type.dtype };
  if (node.type.shape.length === 0) return { local, scope: null, buffer: null, keptAxes: [] };
  const writers = units.filter((unit) => unit.work.kind !== "check");
  const scope = localScope(writers, placement);
  const visible = ({ unit }: Reader) => scope !== undefined && isVisible(unit, scope, placement);
  const elsewhere = readers.filter((reader) => !visible(reader));
  const isRead = readers.some(visible);
  const needsBuffer = whole.has(node) || elsewhere.length > 0;
  const keptAxes = whole.has(node) ? allAxes(node) : openAxes(node, writers, elsewhere, placement);
  const buffer: Buffer = {
    kind: "buffer",
    node,
    dtype: node.type.dtype,
    shape: keptAxes.map((axis) => node.type.shape[axis] ?? 1),
    role: results.has(node) ? "output" : "work",
  };
  const named = isRead || (!needsBuffer && scope !== undefined);
  const accumulates = scope !== undefined && writers[0]?.work.kind === "reduce";
  return {
    local: named || accumulates ? local : null,
    scope: scope ?? null,
    buffer: needsBuffer || scope === undefined ? buffer : null,
    keptAxes,
  };
}

const allAxes = (node: Node): readonly number[] => node.type.shape.map((_, axis) => axis);

/** The body in which one iteration completes one element; undefined if no body does. */
function localScope(writers: readonly Unit[], placement: Placement): Nest | null | undefined {
  const [writer] = writers;
  if (writers.length !== 1 || writer === undefined) return undefined;
  if (writer.work.kind === "assign")
    return writer.work.combine === null
      ? (placement.leafOf.get(writer)?.parent ?? null)
      : undefined;
  if (writer.work.kind !== "reduce") return undefined;
  const reduced = reducedNest(writer, placement);
  if (reduced === undefined) return undefined;
  return reduced === null ? (placement.leafOf.get(writer)?.parent ?? null) : reduced.parent;
}

/**
 * The outermost nest a reduction combines over, if all loops inside it are
 * combined too; null where it combines over axes of size 1 only.
 */
export function reducedNest(writer: Unit, placement: Placement): Nest | null | undefined {
  const path = pathOf(writer, placement);
  const kept = targetLoops(writer);
  const first = path.findIndex((nest) => !kept.has(resolve(nest.loop)));
  if (first < 0) return null;
  return path.slice(first).every((nest) => !kept.has(resolve(nest.loop))) ? path[first] : undefined;
}

/** The outermost nest of a reduction, whatever lies inside. */
export function outermostReduced(writer: Unit, placement: Placement): Nest | undefined {
  const kept = targetLoops(writer);
  return pathOf(writer, placement).find((nest) => !kept.has(resolve(nest.loop)));
}

function targetLoops(writer: Unit): ReadonlySet<Loop> {
  const { work } = writer;
  const target: readonly Index[] =
    work.kind === "assign" || work.kind === "reduce" ? work.target : [];
  return new Set(target.flatMap(({ variable }) => (isLoop(variable) ? [resolve(variable)] : [])));
}

/** The nests around a unit, outermost first. */
export function pathOf(unit: Unit, placement: Placement): readonly Nest[] {
  const path: Nest[] = [];
  for (let at = placement.leafOf.get(unit)?.parent ?? null; at !== null; at = at.parent)
    path.unshift(at);
  return path;
}

/** True if a variable of `scope` can be read where the unit stands. */
export function isVisible(reader: Unit, scope: Nest | null, placement: Placement): boolean {
  return scope === null || isInside(placement.leafOf.get(reader), scope);
}

/** Axes not fixed by the loops that the writer shares with all readers. */
function openAxes(
  node: Node,
  writers: readonly Unit[],
  readers: readonly Reader[],
  placement: Placement,
): readonly number[] {
  const [writer] = writers;
  const item = writer === undefined ? undefined : placement.itemOf.get(writer);
  const together = readers.every(
    ({ unit, shape }) =>
      placement.itemOf.get(unit) === item && shape.length === node.type.shape.length,
  );
  if (writers.length !== 1 || writer === undefined || !together) return allAxes(node);
  if (writer.work.kind !== "assign" && writer.work.kind !== "reduce") return allAxes(node);
  const shared = readers.reduce<readonly Nest[]>(
    (nests, { unit }) => nests.filter((nest) => isInside(placement.leafOf.get(unit), nest)),
    pathOf(writer, placement),
  );
  const loops = new Set(shared.map((nest) => resolve(nest.loop)));
  const { target } = writer.work;
  return allAxes(node).filter((axis) => {
    const variable = target[axis]?.variable ?? null;
    return !(isLoop(variable) && loops.has(resolve(variable)));
  });
}
