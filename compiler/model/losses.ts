import { compiledOnly } from "./calls.js";
import type { Checked, Computed, IntegerFault, Rank1, RankFault } from "./shapes.js";

/** How the losses of the examples (or elements) become one: "mean" unless given. */
interface ToScalar {
  readonly reduction?: "mean" | "sum";
}

/** One loss for each example (or element). */
interface NotReduced {
  readonly reduction: "none";
}

type Scores<A, Name extends string> = Checked<
  A,
  RankFault<A, Rank1, `${Name} takes a row of scores, one for each class`>
>;
type ClassIndices<L, Name extends string> = Checked<L, IntegerFault<L, `${Name}: labels`>>;

/** A loss of scores `[N, classes]` against labels `[N]`, i32 from 0 to classes − 1. */
interface ClassLoss<Name extends string, Options = unknown> {
  <A extends number, L extends number>(
    scores: Scores<A, Name>,
    labels: ClassIndices<L, Name>,
    options?: Options & ToScalar,
  ): number;
  <A extends number, L extends number>(
    scores: Scores<A, Name>,
    labels: ClassIndices<L, Name>,
    options: Options & NotReduced,
  ): Computed<A>;
}

/** −log of the softmax of each example's own class: scores `[N, classes]`, labels `[N]`. */
export const softmaxCrossEntropy: ClassLoss<"softmaxCrossEntropy"> =
  compiledOnly("softmaxCrossEntropy");

/** Σ max(0, score − own score + margin) over the other classes: scores `[N, classes]`, labels `[N]`. `margin` is 1 unless given. */
export const multiclassHinge: ClassLoss<"multiclassHinge", { readonly margin?: number }> =
  compiledOnly("multiclassHinge");

/** A loss of predictions against targets of the same shape. */
interface ElementLoss<Options = unknown> {
  (prediction: number, target: number, options?: Options & ToScalar): number;
  <A extends number, B extends number>(
    prediction: A,
    target: B,
    options: Options & NotReduced,
  ): Computed<A | B>;
}

/** Squared difference. */
export const meanSquaredError: ElementLoss = compiledOnly("meanSquaredError");

/** Absolute difference; its gradient is 0 where they agree. */
export const meanAbsoluteError: ElementLoss = compiledOnly("meanAbsoluteError");

/** Half the squared difference up to `delta` (1 unless given), linear beyond. */
export const huber: ElementLoss<{ readonly delta?: number }> = compiledOnly("huber");

/** −t · log σ(z) − (1 − t) · log(1 − σ(z)), from logits z and targets t in [0, 1], without overflow. */
export const binaryCrossEntropy: ElementLoss = compiledOnly("binaryCrossEntropy");

/** Σ p · log(p / q), of two distributions of the same shape. */
export const klDivergence: ElementLoss = compiledOnly("klDivergence");
