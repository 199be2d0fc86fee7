import type { Dtype } from "../../../compiler/backends/wasm/kernels/lanes.js";

/** Units in the last place of f32 by which a function may err that is worked out in f64. */
export const inDoubles = 0.501;

const formats = {
  f32: { digits: 24, smallest: -149, largest: 3.4028234663852886e38, round: Math.fround },
  f64: { digits: 53, smallest: -1074, largest: Number.MAX_VALUE, round: (x: number) => x },
};

/** The distance between numbers of the format near `value`. */
function unit(value: number, dtype: Dtype): number {
  const { digits, smallest } = formats[dtype];
  const size = Math.abs(value);
  const guess = Math.floor(Math.log2(size));
  const exponent = 2 ** guess > size ? guess - 1 : 2 ** (guess + 1) <= size ? guess + 1 : guess;
  return 2 ** Math.max(smallest, exponent - digits + 1);
}

/** How wrong `got` is, in units in the last place of `exact + rest`; Infinity if it is another kind of number. */
export function errorOf(got: number, exact: number, dtype: Dtype, rest = 0): number {
  const { largest, round } = formats[dtype];
  if (Number.isNaN(exact) || exact === 0) return Object.is(got, exact) ? 0 : Infinity;
  if (Math.abs(round(exact)) === Infinity) {
    return Math.abs(got) >= largest && got * exact > 0 ? 0 : Infinity;
  }
  if (!Number.isFinite(got)) return Math.abs(exact) > largest * (1 - 2 ** -20) ? 1 : Infinity;
  return Math.abs(got - exact - rest) / unit(exact, dtype);
}
