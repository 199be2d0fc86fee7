import type { Node } from "../ir/node.js";
import { add, mul } from "../ops/arithmetic.js";
import { constant } from "../ops/leaf.js";
import { broadcastTo, concat, iota, reshape } from "../ops/shape.js";

/** A stretch of a list: a pattern that comes `times` times, each time `step` higher. */
interface Stretch {
  readonly pattern: Int32Array;
  readonly times: number;
  readonly step: number;
}

/**
 * A list of integers known while compiling, as an i32 value. Structures of
 * loops and stencils repeat: their positions are computed from the few
 * patterns they consist of, so that code does not grow with them.
 */
export function integerTable(numbers: Int32Array): Node {
  if (numbers.length === 0) return broadcastTo(constant(0, "i32"), [0]);
  return concat(stretchesOf(numbers).map(stretchNode), 0);
}

/** Parts a table is made of, by which its code grows. */
export function tableParts(numbers: Int32Array): number {
  return stretchesOf(numbers).reduce(
    (total, { pattern }) => total + (pattern.length === 1 ? 1 : tableParts(pattern)),
    0,
  );
}

function stretchNode({ pattern, times, step }: Stretch): Node {
  const base = pattern.length === 1 ? literal(pattern) : integerTable(pattern);
  const table = times === 1 ? base : raised(base, pattern, times, step);
  return reshape(table, [times * pattern.length]);
}

const literal = ([value = 0]: Int32Array): Node => reshape(constant(value, "i32"), [1]);

/** Rows that are the base raised by 0, step, 2 · step, … */
function raised(base: Node, pattern: Int32Array, times: number, step: number): Node {
  const row = reshape(base, [1, pattern.length]);
  if (step === 0) return broadcastTo(row, [times, pattern.length]);
  const index = iota([times, 1], 0);
  const column = step === 1 ? index : mul(index, constant(step, "i32"));
  return pattern.length === 1 && pattern[0] === 0 ? column : add(column, row);
}

/** The list as stretches, each the one that saves most where the last one ends. */
function stretchesOf(numbers: Int32Array): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (let start = 0; start < numbers.length;) {
    const stretch = longestAt(numbers, start);
    stretches.push(stretch);
    start += stretch.pattern.length * stretch.times;
  }
  return stretches;
}

function longestAt(numbers: Int32Array, start: number): Stretch {
  let best = { length: 1, times: 1, saved: 0 };
  const rest = numbers.length - start;
  for (let length = 1; 2 * length <= rest && rest - length > best.saved; length++) {
    const times = repeats(numbers, start, length);
    const saved = length * (times - 1);
    if (saved > best.saved) best = { length, times, saved };
  }
  const { length, times } = best;
  const step = times > 1 ? at(numbers, start + length) - at(numbers, start) : 0;
  return { pattern: numbers.slice(start, start + length), times, step };
}

/** How often the numbers from `start` on come again, always the same step higher. */
function repeats(numbers: Int32Array, start: number, length: number): number {
  const step = at(numbers, start + length) - at(numbers, start);
  let next = start + length;
  while (next < numbers.length && at(numbers, next) - at(numbers, next - length) === step) next++;
  return Math.floor((next - start) / length);
}

const at = (numbers: Int32Array, i: number): number => numbers[i] ?? 0;
