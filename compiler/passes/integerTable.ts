import type { Node } from "../ir/node.js";
import { add, mul } from "../ops/arithmetic.js";
import { constant } from "../ops/leaf.js";
import { broadcastTo, concat, iota, reshape } from "../ops/shape.js";

/** A stretch of a list: a pattern that comes `times` times, each of its numbers `steps` higher each time. */
interface Stretch {
  readonly pattern: Int32Array;
  readonly times: number;
  /** One for each number of the pattern, or one for all. */
  readonly steps: Int32Array;
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

/** Parts a table is made of, by which its code grows; above `most`, some number above it. */
export function tableParts(numbers: Int32Array, most: number): number {
  const partsOf = (row: Int32Array) => (row.length === 1 ? 1 : tableParts(row, most));
  let total = 0;
  for (let start = 0; start < numbers.length && total <= most;) {
    const { pattern, steps, times } = longestAt(numbers, start);
    total += partsOf(pattern) + (steps.length === 1 ? 0 : partsOf(steps));
    start += pattern.length * times;
  }
  return total;
}

function stretchNode(stretch: Stretch): Node {
  const { pattern, times } = stretch;
  const table = times === 1 ? rowOf(pattern) : raised(stretch);
  return reshape(table, [times * pattern.length]);
}

/** The numbers along a second axis. */
function rowOf(numbers: Int32Array): Node {
  const [first = 0] = numbers;
  const own = numbers.length === 1 ? constant(first, "i32") : integerTable(numbers);
  return reshape(own, [1, numbers.length]);
}

/** Rows that are the pattern raised by 0, its steps, twice its steps, … */
function raised({ pattern, times, steps }: Stretch): Node {
  const shape = [times, pattern.length];
  const isAll = (numbers: Int32Array, value: number) => numbers.every((one) => one === value);
  if (isAll(steps, 0)) return broadcastTo(rowOf(pattern), shape);
  const index = iota([times, 1], 0);
  const column = isAll(steps, 1) ? index : mul(index, rowOf(steps));
  return broadcastTo(isAll(pattern, 0) ? column : add(column, rowOf(pattern)), shape);
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
  let best = { length: 1, times: 1, isEven: true, saved: 0 };
  const rest = numbers.length - start;
  for (let length = 1; 2 * length <= rest && rest - length > best.saved; length++) {
    for (const isEven of [true, false]) {
      const times = repeats(numbers, start, length, isEven);
      const saved = length * (times - (isEven ? 1 : 2));
      if (saved > best.saved) best = { length, times, isEven, saved };
    }
  }
  const { length, times, isEven } = best;
  const step = (i: number) => (times > 1 ? at(numbers, i + length) - at(numbers, i) : 0);
  const own = numbers.subarray(start, start + (isEven ? 1 : length));
  return {
    pattern: numbers.slice(start, start + length),
    times,
    steps: own.map((_, i) => step(start + i)),
  };
}

/** How often the numbers from `start` on come again, each as much higher each time; with `isEven`, all of them as much. */
function repeats(numbers: Int32Array, start: number, length: number, isEven: boolean): number {
  const step = (i: number) => at(numbers, i) - at(numbers, i - length);
  const expected = (i: number) => step(isEven ? start + length : i - length);
  let next = start + (isEven ? 1 : 2) * length;
  while (next < numbers.length && step(next) === expected(next)) next++;
  return Math.floor((next - start) / length);
}

const at = (numbers: Int32Array, i: number): number => numbers[i] ?? 0;
