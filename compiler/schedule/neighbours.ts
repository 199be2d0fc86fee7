import { dimAdd, dimMul, dimSub, type Dim } from "../ir/dim.js";
import { isFloat, sameShape, type Shape } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { buffersIn } from "./arena.js";
import { isLoop } from "./element.js";
import { resolve, type Buffer, type Index, type Scalar, type Statement } from "./program.js";
import type { Walk } from "./walk.js";

/**
 * Elements of one buffer that a loop touches at its index and a few steps from
 * it: `x[i]` and `x[i + 1]`. Each element has a rank in an iteration, which
 * falls by one from iteration to iteration: 0 is the element touched for the
 * last time, the highest rank that of the one touched for the first time.
 */
export interface Neighbours {
  readonly buffer: Buffer;
  readonly shape: Shape;
  /** An access of rank 0. */
  readonly index: readonly Index[];
  /** The axis the loop moves along. */
  readonly axis: number;
  /** How the position along it changes from one rank to the next: 1 or −1. */
  readonly towards: 1 | -1;
  readonly highest: number;
  readonly accesses: readonly Access[];
}

/** A read or write of one element. */
interface Access {
  readonly buffer: Buffer;
  readonly shape: Shape;
  readonly index: readonly Index[];
  readonly kind: "load" | "store" | "add";
  /** Whether it happens in every iteration. */
  readonly always: boolean;
}

type Place = Pick<Access, "shape" | "index">;

/** More variables than these would be carried for too little. */
const mostRanks = 4;

/** The rank of an access among neighbours, or null for one among others. */
export function rankOf({ axis, index, towards }: Neighbours, place: Place): number | null {
  const apart = place.index.every((position, i) => i === axis || sameOffset(position, index[i]));
  if (!apart) return null;
  const distance = dimSub(nth(place.index, axis).offset, nth(index, axis).offset);
  return typeof distance === "number" ? distance * towards : null;
}

function sameOffset(a: Index, b: Index | undefined): boolean {
  return b !== undefined && a.offset === b.offset;
}

/** All neighbours in the body of a loop that nothing else in it touches. */
export function neighboursIn(walk: Walk): readonly Neighbours[] {
  const blocked = new Set<Buffer>();
  const accesses = new Map<Buffer, Access[]>();
  for (const statement of walk.body) {
    const own = accessesOf(statement);
    if (own === null) buffersIn(statement).forEach((buffer) => blocked.add(buffer));
    for (const access of own ?? [])
      accesses.set(access.buffer, [...(accesses.get(access.buffer) ?? []), access]);
  }
  return [...accesses].flatMap(([buffer, list]) =>
    blocked.has(buffer) || !isFloat(buffer.dtype) ? [] : (neighboursOf(list, walk) ?? []),
  );
}

/** The accesses of a statement in their order; null where it does more than read and store elements. */
function accessesOf(statement: Statement): readonly Access[] | null {
  const { kind } = statement;
  if (kind !== "define" && kind !== "update" && kind !== "store") return null;
  const found: Access[] = [];
  if (kind === "store") statement.index.forEach((position) => loadsInIndex(position, true, found));
  loadsIn(statement.value, true, found);
  if (kind !== "store") return found;
  const { buffer, combine, index, shape } = statement;
  if (combine !== null && combine !== "add") return null;
  return [...found, { buffer, shape, index, kind: combine ?? "store", always: true }];
}

function loadsIn(value: Scalar, always: boolean, found: Access[]): void {
  if (value.kind === "load") {
    const { buffer, index, shape } = value;
    index.forEach((position) => loadsInIndex(position, always, found));
    found.push({ buffer, shape, index, kind: "load", always });
  } else if (value.kind === "index") loadsInIndex(value.index, always, found);
  else if (value.kind === "total")
    value.terms.forEach((term) => loadsIn(term.value, always, found));
  else if (value.kind === "apply") {
    const isLazy = choosesAmong(value);
    value.arguments.forEach((part, i) => loadsIn(part, always && (i === 0 || !isLazy), found));
  }
}

function loadsInIndex({ variable }: Index, always: boolean, found: Access[]): void {
  if (variable !== null && !isLoop(variable)) loadsIn(variable, always, found);
}

/** Whether all operands but the first may be left alone. */
export function choosesAmong({ node }: Extract<Scalar, { kind: "apply" }>): boolean {
  const { lowering } = node.op;
  if (lowering.kind !== "scalar") return true;
  const { code } = lowering;
  const isLogic = code.kind === "infix" && (code.operator === "&&" || code.operator === "||");
  return code.kind === "select" || isLogic;
}

/** The accesses of one buffer as neighbours, one group for each place on the other axes; null where they do not fit. */
function neighboursOf(accesses: readonly Access[], walk: Walk): readonly Neighbours[] | null {
  const first = nth(accesses, 0);
  const axis = first.index.findIndex(({ variable }) => walk.isIndex(variable));
  const fits = accesses.every(
    (access) =>
      sameShape(access.shape, first.shape) &&
      access.index.every((position, i) => moves(position, nth(first.index, i), i === axis, walk)),
  );
  const stride = first.index[axis]?.stride;
  if (!fits || stride === undefined || Math.abs(stride) !== 1) return null;
  const groups: Access[][] = [];
  for (const access of accesses) {
    const own = groups.find((group) => isBeside(access, nth(group, 0), axis));
    if (own !== undefined) own.push(access);
    else if (groups.every((group) => isApart(access, nth(group, 0), axis))) groups.push([access]);
    else return null;
  }
  const towards = stride * walk.direction > 0 ? 1 : -1;
  const made = groups.map((group) => groupOf(group, axis, towards));
  return made.every((group) => group !== null) ? made : null;
}

/** Whether a position moves with the loop just as another one does, or rests where that one rests. */
function moves(position: Index, like: Index, isAxis: boolean, walk: Walk): boolean {
  const { stride, variable } = position;
  if (isAxis) return walk.isIndex(variable) && stride === like.stride;
  if (variable === null) return like.variable === null;
  if (like.variable === null || stride !== like.stride || walk.isIndex(variable)) return false;
  if (isLoop(variable))
    return isLoop(like.variable) && resolve(variable) === resolve(like.variable);
  return variable === like.variable && walk.isSteady(variable);
}

function isBeside(a: Access, b: Access, axis: number): boolean {
  return a.index.every((position, i) => i === axis || sameOffset(position, b.index[i]));
}

/** True for accesses that never meet. */
function isApart(a: Access, b: Access, axis: number): boolean {
  return a.index.some((position, i) => {
    const distance = dimSub(position.offset, nth(b.index, i).offset);
    return i !== axis && typeof distance === "number" && distance !== 0;
  });
}

function groupOf(accesses: readonly Access[], axis: number, towards: 1 | -1): Neighbours | null {
  const { buffer, index, shape } = nth(accesses, 0);
  const from: Neighbours = { buffer, shape, index, axis, towards, highest: 0, accesses };
  const ranks = accesses.map((access) => rankOf(from, access));
  if (!ranks.every((rank) => rank !== null)) return null;
  const [low, high] = [Math.min(...ranks), Math.max(...ranks)];
  const certain = new Set(ranks.filter((_, i) => accesses[i]?.always));
  // What happens only under a condition may touch what is not there.
  if (high - low >= mostRanks || !ranks.every((rank) => certain.has(rank))) return null;
  return { ...from, index: nth(accesses, ranks.indexOf(low)).index, highest: high - low };
}

/** The element of a rank when the loop's index has a value. */
export function elementAt(group: Neighbours, rank: number, at: Index): readonly Index[] {
  const { axis, index, towards } = group;
  return index.map((position, i) => {
    if (i !== axis) return position;
    const offset = dimAdd(position.offset, rank * towards);
    return {
      variable: at.variable,
      stride: at.stride * position.stride,
      offset: dimAdd(dimMul(at.offset, position.stride), offset),
    };
  });
}

/** How far an element is from the one at the loop's index, where that is a number. */
export function distanceOf({ axis, index, towards }: Neighbours, rank: number): number {
  const { offset } = nth(index, axis);
  return (typeof offset === "number" ? offset : 0) + rank * towards;
}

/** Whether the first and the last of the elements a loop touches are those of the whole buffer. */
export function coversAll(group: Neighbours, { first, last }: Walk): boolean {
  const { axis, highest, index, shape, towards } = group;
  const ends: Dim[] = [
    nth(elementAt(group, 0, first), axis),
    nth(elementAt(group, highest, last), axis),
  ].flatMap(({ offset, variable }) => (variable === null ? [offset] : []));
  const [low, high] = towards > 0 ? ends : ends.toReversed();
  return index.length === 1 && low === 0 && high === dimSub(shape[0] ?? 0, 1);
}
