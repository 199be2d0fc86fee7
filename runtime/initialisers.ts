import type { Random } from "./random.js";

/** The array types of the float element types. */
export interface ArrayOf {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** Options of the initialisers. */
export interface InitialiserOptions<D extends keyof ArrayOf> {
  /** Element type; "f32" by default. */
  readonly dtype?: D;
  /** Number of elements; fanIn · fanOut by default. Convolutions need it. */
  readonly length?: number;
}

/**
 * Normal numbers of variance 2 / fanIn, for layers followed by relu.
 * Source: He et al., "Delving deep into rectifiers" (2015).
 */
export function heNormal<D extends keyof ArrayOf = "f32">(
  random: Random,
  fanIn: number,
  fanOut: number,
  { dtype, length = fanIn * fanOut }: InitialiserOptions<D> = {},
): ArrayOf[D] {
  const array = zeros(length, dtype);
  return random.fillNormal(array, 0, Math.sqrt(2 / fanIn));
}

/** Uniform numbers of variance 2 / fanIn; see {@link heNormal}. */
export function heUniform<D extends keyof ArrayOf = "f32">(
  random: Random,
  fanIn: number,
  fanOut: number,
  { dtype, length = fanIn * fanOut }: InitialiserOptions<D> = {},
): ArrayOf[D] {
  const bound = Math.sqrt(6 / fanIn);
  return random.fillUniform(zeros(length, dtype), -bound, bound);
}

/**
 * Normal numbers of variance 2 / (fanIn + fanOut), for tanh and sigmoid layers.
 * Source: Glorot and Bengio, "Understanding the difficulty of training deep
 * feedforward neural networks" (2010).
 */
export function xavierNormal<D extends keyof ArrayOf = "f32">(
  random: Random,
  fanIn: number,
  fanOut: number,
  { dtype, length = fanIn * fanOut }: InitialiserOptions<D> = {},
): ArrayOf[D] {
  const array = zeros(length, dtype);
  return random.fillNormal(array, 0, Math.sqrt(2 / (fanIn + fanOut)));
}

/** Uniform numbers of variance 2 / (fanIn + fanOut); see {@link xavierNormal}. */
export function xavierUniform<D extends keyof ArrayOf = "f32">(
  random: Random,
  fanIn: number,
  fanOut: number,
  { dtype, length = fanIn * fanOut }: InitialiserOptions<D> = {},
): ArrayOf[D] {
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  return random.fillUniform(zeros(length, dtype), -bound, bound);
}

/** An array of zeros, for biases. */
export function zeros<D extends keyof ArrayOf = "f32">(length: number, dtype?: D): ArrayOf[D] {
  const array = dtype === "f64" ? new Float64Array(length) : new Float32Array(length);
  return array as ArrayOf[D];
}
