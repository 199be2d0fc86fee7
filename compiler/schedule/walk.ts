import { dimMul, dimNames, dimSub, evaluateDim } from "../ir/dim.js";
import { withOrigin, type Origin } from "../ir/node.js";
import { greater } from "../ops/arithmetic.js";
import { constant } from "../ops/leaf.js";
import { isLoop } from "./element.js";
import { asIndex, asScalar, fixed, scaled } from "./position.js";
import {
  resolve,
  type Index,
  type Local,
  type Loop,
  type Scalar,
  type Statement,
} from "./program.js";
import { bodiesOf } from "./tidy.js";

/** A loop that goes through its indices one by one to the end. */
export interface Walk {
  readonly body: readonly Statement[];
  readonly origin: Origin;
  /** 1 where the index grows. */
  readonly direction: 1 | -1;
  readonly first: Index;
  readonly last: Index;
  /** Whether there is an iteration at all: null if there always is. */
  readonly runs: Scalar | null;
  readonly isIndex: (variable: Index["variable"]) => boolean;
  /** True for a variable that is the same in all iterations. */
  readonly isSteady: (variable: Scalar) => boolean;
}

type Repeat = Extract<Statement, { kind: "repeat" }>;

/** Fewer iterations are not worth the lines around the loop. */
const fewest = 4;

/** A statement as a walk, or null where it is none or may end early. */
export function walkOf(statement: Statement): Walk | null {
  if (statement.kind !== "loop" && statement.kind !== "repeat") return null;
  const { body } = statement;
  if (body.some(mayStop)) return null;
  return statement.kind === "loop" ? counted(statement.loop, body) : ranged(statement);
}

/** True for what ends the loop around it, or everything. */
function mayStop(statement: Statement): boolean {
  const { kind } = statement;
  if (kind === "leave" || kind === "checkIndices") return true;
  return bodiesOf(statement).some((body) => body.some(mayStop));
}

function counted(given: Loop, body: readonly Statement[]): Walk | null {
  const loop = resolve(given);
  const { extent } = loop;
  const origin = body.map(originOf).find((one) => one !== null);
  if (origin === undefined || (typeof extent === "number" && extent < fewest)) return null;
  const written = writtenIn(body);
  return {
    body,
    origin,
    direction: 1,
    first: fixed(0),
    last: fixed(dimSub(extent, 1)),
    runs: runsFrom(fixed(0), fixed(extent), 1, origin),
    isIndex: (variable) => isLoop(variable) && resolve(variable) === loop,
    isSteady: (variable) => isSteady(variable, written),
  };
}

function ranged({ body, origin, range }: Repeat): Walk | null {
  if (range === null || Math.abs(range.step) !== 1) return null;
  const written = writtenIn(body).add(range.index);
  const [start, stop] = [asIndex(range.start), asIndex(range.stop)];
  const steady = ({ variable }: Index) =>
    variable === null || isLoop(variable) || isSteady(variable, written);
  if (!steady(start) || !steady(stop)) return null;
  const count = dimSub(stop.offset, start.offset);
  const isCounted = start.variable === null && stop.variable === null;
  if (isCounted && typeof count === "number" && count * range.step < fewest) return null;
  const end = scaled(stop, 1, -range.step);
  return {
    body,
    origin,
    direction: range.step > 0 === range.descending ? -1 : 1,
    first: range.descending ? end : start,
    last: range.descending ? start : end,
    runs: runsFrom(start, stop, range.step, origin),
    isIndex: (variable) => variable === range.index,
    isSteady: (variable) => isSteady(variable, written),
  };
}

/** Whether there is an iteration from `start` to `stop`: `N > 1`; null where there always is. */
function runsFrom(start: Index, stop: Index, step: number, origin: Origin): Scalar | null {
  const distance = dimMul(dimSub(stop.offset, start.offset), step);
  if (start.variable !== null || stop.variable !== null) {
    const [low, high] = step > 0 ? [start, stop] : [stop, start];
    return above(asScalar(high), asScalar(low), origin);
  }
  if (typeof distance === "number") return null;
  const zeros = Object.fromEntries(dimNames(distance).map((name) => [name, 0]));
  const rest = evaluateDim(distance, zeros);
  const bound: Scalar = { kind: "literal", value: -rest, dtype: "i32" };
  return above({ kind: "size", dim: dimSub(distance, rest) }, bound, origin);
}

function above(high: Scalar, low: Scalar, origin: Origin): Scalar {
  const [a, b] = [constant(0, "i32"), constant(0, "i32")];
  const node = withOrigin(origin, () => greater(a, b));
  return { kind: "apply", node, arguments: [high, low] };
}

function isSteady(value: Scalar, written: ReadonlySet<Local>): boolean {
  return value.kind === "local" && !written.has(value);
}

/** Variables that some statement inside writes. */
function writtenIn(body: readonly Statement[]): Set<Local> {
  const written = new Set<Local>();
  const visit = (statement: Statement): void => {
    if (statement.kind === "define" || statement.kind === "update") written.add(statement.local);
    if (statement.kind === "repeat" && statement.range !== null) written.add(statement.range.index);
    for (const inner of bodiesOf(statement)) inner.forEach(visit);
  };
  body.forEach(visit);
  return written;
}

function originOf(statement: Statement): Origin | null {
  if ("origin" in statement) return statement.origin;
  return (
    bodiesOf(statement)
      .flat()
      .map(originOf)
      .find((one) => one !== null) ?? null
  );
}
