import type { FloatArray } from "./floatArray.js";
import { type Arrays, checkGradientLength, gradientKeys, type Gradients } from "./gradientNames.js";
import type { Schedule } from "./schedules.js";

/** A learning rate: a number, or a function of the steps taken so far. */
export type LearningRate = number | Schedule;

/** Updates parameters in place, one step per gradient. */
export interface Optimiser<T> {
  /**
   * Takes one step against the gradients. Allocates nothing.
   *
   * @param gradients `{ dW1, … }` or `{ W1, … }` for parameters `{ W1, … }`
   * @param learningRate replaces the optimiser's own for this step
   * @throws TypeError if a parameter has no gradient
   * @throws RangeError if a gradient and its parameter differ in length
   */
  step(gradients: Gradients<T>, learningRate?: number): void;
}

/** Changes one parameter; `states` are the arrays kept for it between steps. */
type Update = (
  parameter: FloatArray,
  gradient: FloatArray,
  states: readonly FloatArray[],
  rate: number,
  /** Counts from 1. */
  step: number,
) => void;

/**
 * An optimiser from the rule for one parameter.
 *
 * @param stateCount how many arrays of the parameter's length and element type
 * the rule needs; they start at zero
 */
export function createOptimiser<T extends Arrays<T>>(
  parameters: T,
  learningRate: LearningRate,
  stateCount: number,
  update: Update,
): Optimiser<T> {
  const names = Object.keys(parameters);
  const arrays = Object.values<FloatArray>(parameters);
  const states = arrays.map((array) =>
    Array.from({ length: stateCount }, () => array.map(() => 0)),
  );
  const keysIn = gradientKeys(names);
  let steps = 0;

  function step(gradients: Gradients<T>, rate?: number): void {
    const keys = keysIn(gradients);
    const source = gradients as Readonly<Record<string, FloatArray>>;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const { length } = source[key]!;
      checkGradientLength(key, length, names[i]!, arrays[i]!.length);
    }
    rate ??= typeof learningRate === "number" ? learningRate : learningRate(steps);
    steps++;
    for (let i = 0; i < names.length; i++) {
      update(arrays[i]!, source[keys[i]!]!, states[i]!, rate, steps);
    }
  }

  return { step };
}
