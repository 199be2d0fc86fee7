import { random } from "../../../runtime/random.js";

/** What a step reads: numbers of a shape, parameters being those it differentiates by. */
export interface Input {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  readonly isParameter: boolean;
}

export type Kind = "mlp" | "conv" | "transformer" | "quotient";

/** A training step, the loss of a batch and its gradient by all parameters, in f32. */
export interface Network {
  readonly kind: Kind;
  readonly title: string;
  readonly batch: number;
  readonly inputs: Readonly<Record<string, Input>>;
  /** Multiplications and additions of the matrix products of a step. */
  readonly flops: number;
  /** As an author of flatgrad writes it: `loss`, with a size N. */
  readonly model: string;
  /**
   * As a person writes the step with loops: the text of a module that exports
   * `createStep(inputs, gradients)`, which returns a function that fills the
   * gradients and returns the loss.
   */
  readonly byHand: string;
}

export function parametersOf({ inputs }: Network): readonly string[] {
  return Object.keys(inputs).filter((name) => inputs[name]!.isParameter);
}

/** Numbers of the inputs by name. */
export function dataOf({ inputs }: Network): Readonly<Record<string, Float32Array | Int32Array>> {
  return Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
}

export interface Draw {
  readonly input: (shape: readonly number[], scale?: number) => Input;
  readonly parameter: (shape: readonly number[], scale: number) => Input;
  readonly labels: (batch: number, classes: number) => Input;
}

/** Random numbers for a network, the same in each run. */
export function draw(): Draw {
  const numbers = random(3);
  const normal = (shape: readonly number[], scale: number) =>
    numbers
      .fillNormal(new Float32Array(shape.reduce((p, q) => p * q, 1)))
      .map((value) => scale * value);
  return {
    input: (shape, scale = 1) => ({ shape, data: normal(shape, scale), isParameter: false }),
    parameter: (shape, scale) => ({ shape, data: normal(shape, scale), isParameter: true }),
    labels: (batch, classes) => ({
      shape: [batch],
      data: Int32Array.from({ length: batch }, () => numbers.integer(classes)),
      isParameter: false,
    }),
  };
}
