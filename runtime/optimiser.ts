import type { FloatArray } from "./floatArray.js";
import {
  type Arrays,
  gradientPrefix,
  type Gradients,
} from "./gradientNames.js";
import type { Schedule } from "./schedules.js";

/** A learning rate: a number, or a function of the steps taken so far. */
export type LearningRate = number | Schedule;

/** Updates parameters in place, one step per gradient. */
export interface Optimiser<T> {
  /**
   * Takes one step against the gradients. Allocates nothing that lasts.
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
  const entries = Object.entries<FloatArray>(parameters);
  const names = entries.map(([name]) => name);
  const keys = { d: names.map((name) => `d${name}`), "": names };
  const states = entries.map(([, array]) =>
    Array.from({ length: stateCount }, () => array.map(() => 0)),
  );
  let steps = 0;

  function step(gradients: Gradients<T>, rate?: number): void {
    const source = gradients as Readonly<Record<string, FloatArray>>;
    const sourceKeys = keys[gradientPrefix(names, source)];
    entries.forEach(([name, { length }], i) => {
      const actual = source[sourceKeys[i]!]!.length;
      if (actual !== length) {
        throw new RangeError(
          `${sourceKeys[i]} has ${actual} elements, ${name} has ${length}`,
        );
      }
    });
    rate ??=
      typeof learningRate === "number" ? learningRate : learningRate(steps);
    steps++;
    for (let i = 0; i < names.length; i++) {
      update(entries[i]![1], source[sourceKeys[i]!]!, states[i]!, rate, steps);
    }
  }

  return { step };
}
