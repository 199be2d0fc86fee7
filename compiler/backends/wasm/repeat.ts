import { isFloat } from "../../ir/type.js";
import type { Range } from "../../schedule/program.js";
import { convert, dtypeOf, scalarAs, scalarWat, type ScalarContext } from "./scalar.js";
import { i32, type Wat } from "./wat.js";

/** How an index goes through its range. */
export interface Counter {
  readonly first: Wat;
  /** True while there is another round. */
  readonly test: Wat;
  readonly next: Wat;
}

/** The indices of a loop of the author's, forwards or from last to first. */
export function countIndices(range: Range, index: Wat, context: ScalarContext): Counter {
  const { start, step, descending } = range;
  const begin = scalarAs("i32", start, context);
  const goesUp = descending ? step < 0 : step > 0;
  const moved = `(i32.add ${index} ${i32(descending ? -step : step)})`;
  if (!descending) return { first: begin, test: isBefore(range, index, context), next: moved };
  return {
    first: lastOf(range, begin, context),
    test: `(i32.${goesUp ? "le_s" : "ge_s"} ${index} ${begin})`,
    next: moved,
  };
}

/** The index has not reached the stop, which need not be whole. */
function isBefore({ stop, step }: Range, index: Wat, context: ScalarContext): Wat {
  const name = step > 0 ? "lt" : "gt";
  const wat = scalarWat(stop, context);
  if (!isFloat(dtypeOf(stop))) return `(i32.${name}_s ${index} ${wat})`;
  return `(f64.${name} ${convert({ wat: index, dtype: "i32" }, "f64")} ${wat})`;
}

/** The last index, which is before the first where there is none. */
function lastOf({ stop, step }: Range, begin: Wat, context: ScalarContext): Wat {
  const end = scalarAs("i32", stop, context);
  const before = `(i32.sub ${end} ${i32(Math.sign(step))})`;
  const size = Math.abs(step);
  if (size === 1) return before;
  const span = step > 0 ? `(i32.sub ${before} ${begin})` : `(i32.sub ${begin} ${before})`;
  const quotient = `(f64.floor (f64.div (f64.convert_i32_s ${span}) (f64.const ${size})))`;
  const way = `(i32.mul (i32.trunc_sat_f64_s ${quotient}) ${i32(size)})`;
  return `(i32.${step > 0 ? "add" : "sub"} ${begin} ${way})`;
}
