import { isDynamic, type Dim } from "../ir/dim.js";
import type { Node, Origin } from "../ir/node.js";
import type { DType, Shape } from "../ir/type.js";
import { add } from "../ops/arithmetic.js";
import { constant } from "../ops/leaf.js";
import { asIndex, asScalar, scaled } from "./position.js";
import type {
  Buffer,
  Index,
  Local,
  Place,
  Ragged,
  Scalar,
  Segment,
  Slice,
  Statement,
} from "./program.js";

/**
 * What loops record. A record is a buffer with an element for each iteration.
 * Of a loop inside a loop that runs another number of times in each iteration
 * around it, the records lie one after the other on one tape, and the record
 * of the outer loop is where each begins.
 */
export type RecordPlace = Buffer | Slice | Ragged | Segment;

/** True where the number of elements differs from one iteration of a loop to the next. */
export function isRagged(shape: Shape): boolean {
  return shape.slice(1).some(isDynamic);
}

/** Memory for a record whose parts are of different lengths. */
export function raggedFor(record: Node): Ragged {
  const { name = "t", type } = record;
  return ragged(record, `${name}s`, type.dtype, type.shape);
}

function ragged(record: Node, name: string, dtype: DType, shape: Shape): Ragged {
  const axes = shape.findLastIndex(isDynamic);
  const named = (suffix: string, of: DType, dims: Shape): Node => ({
    ...record,
    name: name + suffix,
    type: { dtype: of, shape: dims },
  });
  const buffer = (node: Node, role: Buffer["role"]): Buffer => {
    const own = node.type;
    return { kind: "buffer", node, dtype: own.dtype, shape: own.shape, role };
  };
  const before = shape.slice(0, axes);
  const starts = isRagged(before)
    ? ragged(record, `${name}Starts`, "i32", before)
    : buffer(named("Starts", "i32", before), before.some(isDynamic) ? "tape" : "work");
  return {
    kind: "ragged",
    axes,
    tape: buffer(named("", dtype, shape.slice(axes)), "tape"),
    end: { kind: "local", node: named("End", "i32", []), dtype: "i32" },
    starts,
  };
}

/** What stands in a place at one iteration of the loop that it is sliced by. */
export function partOf(place: RecordPlace, size: Dim, iteration: Index): RecordPlace {
  switch (place.kind) {
    case "buffer":
      return { kind: "slice", buffer: place, outer: [size], position: [iteration] };
    case "slice":
      return {
        ...place,
        outer: [...place.outer, size],
        position: [...place.position, iteration],
      };
    case "segment": {
      const position = asIndex(sum(place.start, asScalar(iteration)));
      return { kind: "slice", buffer: place.tape, outer: [size], position: [position] };
    }
    case "ragged": {
      const { tape, end, axes } = place;
      const starts = partOf(place.starts, size, iteration);
      if (axes > 1) return { ...place, axes: axes - 1, starts };
      return { kind: "segment", tape, end, start: numberAt(starts) };
    }
  }
}

function numberAt(place: RecordPlace): Scalar {
  if (place.kind !== "slice") throw new Error("a number has one position for each axis");
  return { kind: "load", buffer: place.buffer, shape: place.outer, index: place.position };
}

function sum(a: Scalar, b: Scalar): Scalar {
  if (b.kind === "size" && b.dim === 0) return a;
  const zero = constant(0, "i32");
  return { kind: "apply", node: add(zero, zero), arguments: [a, b] };
}

/** Begins the part of a tape that one iteration of the outer loop fills, and says where. */
export function openPart(
  place: Ragged,
  size: Dim,
  iteration: Index,
  origin: Origin,
): { readonly place: Ragged | Segment; readonly statements: readonly Statement[] } {
  const { tape, end, axes, starts } = place;
  if (axes > 1) {
    const inner =
      starts.kind === "ragged"
        ? openPart(starts, size, iteration, origin)
        : { place: partOf(starts, size, iteration), statements: [] };
    return {
      place: { ...place, axes: axes - 1, starts: inner.place },
      statements: inner.statements,
    };
  }
  return {
    place: { kind: "segment", tape, end, start: end },
    statements: writeStart(starts, size, iteration, end, origin),
  };
}

function writeStart(
  starts: RecordPlace,
  size: Dim,
  iteration: Index,
  value: Scalar,
  origin: Origin,
): readonly Statement[] {
  const store = (buffer: Buffer, shape: Shape, index: readonly Index[]): Statement => ({
    kind: "store",
    buffer,
    shape,
    index,
    combine: null,
    value,
    origin,
  });
  if (starts.kind === "segment")
    return [
      growFor(starts.tape, asIndex(starts.end), origin),
      store(starts.tape, starts.tape.shape, [asIndex(starts.end)]),
      oneMore(starts.end, origin),
    ];
  const part = partOf(starts, size, iteration);
  if (part.kind !== "slice") throw new Error("a number has one position for each axis");
  const { buffer, outer, position } = part;
  const grow = buffer.role === "tape" ? [growFor(buffer, iteration, origin)] : [];
  return [...grow, store(buffer, outer, position)];
}

/** Makes room for the entry at a position. */
export function growFor(tape: Buffer, position: Index, origin: Origin): Statement {
  return { kind: "grow", tape, length: asScalar(scaled(position, 1, 1)), origin };
}

/** Counts on. */
export function oneMore(local: Local, origin: Origin): Statement {
  const one: Scalar = { kind: "literal", value: 1, dtype: "i32" };
  return { kind: "update", local, combine: "add", value: one, origin };
}

/** Where all tapes of a place begin. */
export function emptied(place: RecordPlace, origin: Origin): readonly Statement[] {
  if (place.kind !== "ragged") return [];
  const value: Scalar = { kind: "literal", value: 0, dtype: "i32" };
  const start: Statement = { kind: "define", local: place.end, value, mutable: true, origin };
  return [...emptied(place.starts, origin), start];
}

/** True for places that single elements are read from by their position. */
export function isPlain(place: Place): place is Buffer | Slice {
  return place.kind === "buffer" || place.kind === "slice";
}

/** True for all places but those of scalars. */
export function isInMemory(place: Place): place is RecordPlace {
  return isPlain(place) || place.kind === "ragged" || place.kind === "segment";
}

/** An element of a value that stands in a known place. */
export function elementOfPlace(place: Place, shape: Shape, index: readonly Index[]): Scalar {
  if (place.kind === "buffer") return { kind: "load", buffer: place, shape, index };
  if (place.kind === "ragged" || place.kind === "segment")
    throw new Error("only loops read what is on a tape");
  if (place.kind !== "slice") return place;
  const { buffer, outer, position } = place;
  return { kind: "load", buffer, shape: [...outer, ...shape], index: [...position, ...index] };
}
