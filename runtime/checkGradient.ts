import type { FloatArray } from "./floatArray.js";
import { checkGradientLength, gradientKeys } from "./gradientNames.js";
import { numericalSlope } from "./numericalSlope.js";
import { random } from "./random.js";

/** Options of {@link checkGradient} and {@link checkDirections}. */
export interface CheckOptions {
  /**
   * Gradients smaller than this, times the function's value where that is above
   * 1, are compared absolutely, relative to this size; 1e-4 by default.
   */
  readonly floor?: number;
  /** Elements checked per parameter, drawn at random if it has more; 1000. */
  readonly maxElements?: number;
  /** Random directions of {@link checkDirections}; 10 by default. */
  readonly directions?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number;
}

/** One analytic derivative beside its numeric estimate. */
export interface DerivativeCheck {
  /**
   * |a − n| / max(|a|, |n|, floor); Infinity where either is not finite. At a
   * kink n is the slope nearest to a between those of the two sides.
   */
  readonly error: number;
  readonly analytic: number;
  readonly numeric: number;
}

/** The worst element of one parameter. */
export interface ParameterCheck extends DerivativeCheck {
  readonly name: string;
  /** Position of the worst element in the flat array; −1 if it is empty. */
  readonly index: number;
  /** How many elements were checked. */
  readonly checked: number;
}

type Inputs = Readonly<Record<string, FloatArray>>;

/** A scalar function of named arrays, to be evaluated in f64. */
export type ScalarFunction = (inputs: Readonly<Record<string, Float64Array>>) => number;

/**
 * Compares gradients with numerical ones, element by element.
 *
 * `f` is called with f64 copies of `inputs`, some elements of which are moved by
 * 2⁻¹⁰ to 2⁻²² of max(1, |x|); it must read what it is passed. At a kink
 * any slope between those of both sides is right. Within about 10⁻⁵ of a
 * singularity, and at a jump, no estimate exists: the error is Infinity.
 *
 * @param gradients `{ dx, … }` or `{ x, … }` for inputs `{ x, … }`
 * @throws TypeError if an input has no gradient
 * @throws RangeError if a gradient and its input differ in length
 */
export function checkGradient(
  f: ScalarFunction,
  inputs: Inputs,
  gradients: object,
  options: CheckOptions = {},
): ParameterCheck[] {
  const { maxElements = 1000, seed = 0 } = options;
  const point = copies(inputs);
  const floor = scaledFloor(f(point), options);
  const generator = random(seed);
  return pairs(inputs, gradients).map(([name, gradient]) => {
    const array = point[name]!;
    const order = Uint32Array.from(array, (_, i) => i);
    if (order.length > maxElements) generator.shuffle(order);
    const chosen = order.subarray(0, maxElements).toSorted();
    let worst = { error: 0, analytic: 0, numeric: 0, index: -1 };
    for (const index of chosen) {
      const x = array[index]!;
      const along = (t: number) => {
        array[index] = x + t;
        return f(point);
      };
      const scale = Math.max(1, Math.abs(x));
      const check = compare(gradient[index]!, along, scale, floor);
      array[index] = x;
      if (worst.index < 0 || check.error > worst.error) {
        worst = { ...check, index };
      }
    }
    return { name, checked: chosen.length, ...worst };
  });
}

/**
 * Compares the derivatives along random directions of all inputs together: a
 * few evaluations judge a gradient of any size.
 *
 * Otherwise as {@link checkGradient}.
 */
export function checkDirections(
  f: ScalarFunction,
  inputs: Inputs,
  gradients: object,
  options: CheckOptions = {},
): DerivativeCheck[] {
  const { directions = 10, seed = 0 } = options;
  const start = copies(inputs);
  const point = copies(inputs);
  const floor = scaledFloor(f(point), options);
  const generator = random(seed);
  const all = pairs(inputs, gradients);
  return Array.from({ length: directions }, () => {
    let analytic = 0;
    const moves = all.map(([name, gradient]) => {
      const move = generator.fillNormal(new Float64Array(gradient.length));
      move.forEach((v, i) => (analytic += v * gradient[i]!));
      return [point[name]!, start[name]!, move] as const;
    });
    const along = (t: number) => {
      for (const [to, from, move] of moves) {
        for (let i = 0; i < to.length; i++) to[i] = from[i]! + t * move[i]!;
      }
      return f(point);
    };
    return compare(analytic, along, 1, floor);
  });
}

function compare(
  analytic: number,
  along: (t: number) => number,
  scale: number,
  floor: number,
): DerivativeCheck {
  const { left, right } = numericalSlope(along, scale);
  const low = Math.min(left, right);
  const high = Math.max(left, right);
  const numeric = Math.min(Math.max(analytic, low), high);
  const size = Math.max(Math.abs(analytic), Math.abs(numeric), floor);
  const error = Math.abs(analytic - numeric) / size;
  return {
    error: Number.isFinite(error) ? error : Infinity,
    analytic,
    numeric: Number.isNaN(analytic) ? (low + high) / 2 : numeric,
  };
}

/** Differences carry rounding errors in proportion to the function's value. */
function scaledFloor(value: number, { floor = 1e-4 }: CheckOptions): number {
  return floor * Math.max(1, Math.abs(value));
}

function copies(inputs: Inputs): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)]),
  );
}

function pairs(inputs: Inputs, gradients: object): [string, FloatArray][] {
  const keys = gradientKeys(Object.keys(inputs))(gradients);
  const byKey = gradients as Readonly<Record<string, FloatArray>>;
  return Object.entries(inputs).map(([name, { length }], i) => {
    const gradient = byKey[keys[i]!]!;
    checkGradientLength(keys[i]!, gradient.length, name, length);
    return [name, gradient];
  });
}
