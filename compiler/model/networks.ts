import { compiledOnly } from "./calls.js";
import type { Checked, Computed, RankFault, Same } from "./shapes.js";

// Softmax and normalisation

interface AxisOption {
  /** The last one unless given; a negative axis counts from the end. */
  readonly axis?: number;
}

/** exp(x) divided by its sum along an axis, without overflow. */
export const softmax: <A extends number>(x: A, options?: AxisOption) => Same<A> =
  compiledOnly("softmax");

/** x − logSumExp(x) along an axis: the logarithm of softmax(x). */
export const logSoftmax: <A extends number>(x: A, options?: AxisOption) => Same<A> =
  compiledOnly("logSoftmax");

interface EpsilonOption {
  /** Added to the variance, 1e-5 unless given. */
  readonly epsilon?: number;
}

type Normalisation = <A extends number>(
  x: A,
  scale: number,
  shift: number,
  options?: EpsilonOption,
) => Same<A>;

/** Each row (last axis) brought to mean 0 and variance 1, then scaled and shifted. */
export const layerNorm: Normalisation = compiledOnly("layerNorm");

/** Each row (last axis) divided by its root mean square, then scaled. */
export const rmsNorm: <A extends number>(x: A, scale: number, options?: EpsilonOption) => Same<A> =
  compiledOnly("rmsNorm");

/** Each feature (axis 1) brought to mean 0 and variance 1 over the batch, then scaled and shifted. */
export const batchNorm: Normalisation = compiledOnly("batchNorm");

// Convolution and pooling

/** A whole number for all axes, or one for each. */
type PerAxis = number | readonly number[];

interface ConvolutionOptions {
  readonly stride?: PerAxis;
  /** Zeros added on both sides. */
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
  readonly groups?: number;
}

/** Cross-correlation: x `[N, C, L]`, w `[O, C / groups, K]`. */
export const conv1d: <A extends number, W extends number>(
  x: Checked<A, RankFault<A, 3, "conv1d takes x of shape [N, C, L]">>,
  w: Checked<W, RankFault<W, 3, "conv1d takes w of shape [O, C, K]">>,
  options?: ConvolutionOptions,
) => Computed<A | W> = compiledOnly("conv1d");

/** Cross-correlation: x `[N, C, H, W]`, w `[O, C / groups, KH, KW]`. */
export const conv2d: <A extends number, W extends number>(
  x: Checked<A, RankFault<A, 4, "conv2d takes x of shape [N, C, H, W]">>,
  w: Checked<W, RankFault<W, 4, "conv2d takes w of shape [O, C, KH, KW]">>,
  options?: ConvolutionOptions,
) => Computed<A | W> = compiledOnly("conv2d");

type Pooling<Name extends string> = <A extends number>(
  x: Checked<A, RankFault<A, 4, `${Name} takes x of shape [N, C, H, W]`>>,
  size: PerAxis,
  options?: {
    /** As the window's size unless given. */
    readonly stride?: PerAxis;
    readonly padding?: PerAxis;
  },
) => Computed<A>;

/** Largest element of each window of x `[N, C, H, W]`; at a tie the first wins. */
export const maxPool2d: Pooling<"maxPool2d"> = compiledOnly("maxPool2d");

/** Mean of each window of x `[N, C, H, W]`. */
export const avgPool2d: Pooling<"avgPool2d"> = compiledOnly("avgPool2d");

// Attention

/**
 * softmax(q · kᵀ / √d) · v over the last two axes: q `[…, T, d]`,
 * k `[…, S, d]`, v `[…, S, e]`. `causal` hides later positions.
 */
export const attention: <Q extends number, K extends number, V extends number>(
  q: Q,
  k: K,
  v: V,
  options?: { readonly causal?: boolean },
) => Computed<Q | K | V> = compiledOnly("attention");

/**
 * Each element set to 0 with probability `rate` (0.5 unless given), the others
 * divided by 1 − rate. Which ones is a function of the seed alone: pass
 * another one for each step and layer.
 */
export const dropout: <A extends number>(
  x: A,
  seed: number,
  options?: { readonly rate?: number },
) => Same<A> = compiledOnly("dropout");
