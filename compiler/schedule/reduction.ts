import type { Node, Origin } from "../ir/node.js";
import type { Combine } from "../ir/op.js";
import type { DType } from "../ir/type.js";
import { isLoop } from "./element.js";
import {
  resolve,
  type Buffer,
  type Index,
  type Loop,
  type Scalar,
  type Statement,
} from "./program.js";
import type { Unit } from "./unit.js";

/** What a reduction starts from: the value that combining with changes nothing. */
export function startOf(combine: Combine, dtype: DType): number {
  switch (combine) {
    case "add":
    case "or":
      return 0;
    case "multiply":
    case "and":
      return 1;
    case "max":
      return dtype === "i32" ? -(2 ** 31) : -Infinity;
    case "min":
      return dtype === "i32" ? 2 ** 31 - 1 : Infinity;
  }
}

/**
 * An extreme must be one of the elements as they are kept: the backward pass
 * finds it again by comparing. A variable has more digits than f32 memory.
 */
export function needsStored(of: Node, { work }: Unit): boolean {
  const isExtreme = work.kind === "reduce" && (work.combine === "max" || work.combine === "min");
  return isExtreme && of.type.dtype === "f32";
}

/** Sets the part of a buffer that one run of the loops inside `around` adds to. */
export function storeOverLoops(
  buffer: Buffer,
  target: readonly Index[],
  around: ReadonlySet<Loop>,
  value: Scalar,
  origin: Origin,
): Statement {
  const loops: Loop[] = [];
  const index = target.map((position) => {
    const { variable } = position;
    if (!isLoop(variable)) return position;
    if (around.has(resolve(variable))) return { ...position, variable: resolve(variable) };
    const loop: Loop = { extent: variable.extent };
    loops.push(loop);
    return { ...position, variable: loop };
  });
  const store: Statement = {
    kind: "store",
    buffer,
    shape: buffer.shape,
    index,
    combine: null,
    value,
    origin,
  };
  return loops.reduceRight<Statement>(
    (body, loop) => ({ kind: "loop", loop, body: [body] }),
    store,
  );
}
