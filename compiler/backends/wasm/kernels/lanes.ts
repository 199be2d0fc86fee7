/** The element types kernels exist for, in the terms of WebAssembly. */
export type Dtype = "f32" | "f64";

export interface Lanes {
  readonly dtype: Dtype;
  /** Bytes of an element. */
  readonly bytes: number;
  /** Elements in a vector of 16 bytes. */
  readonly count: number;
  /** Prefix of the vector instructions. */
  readonly vector: "f32x4" | "f64x2";
  /** The instruction that loads one element into every lane. */
  readonly loadSplat: string;
  /** The instruction that loads one element into lane 0 and zeros into the others. */
  readonly loadFirst: string;
  /** The instruction that stores one lane; its immediate is the lane. */
  readonly storeLane: string;
}

const f32: Lanes = {
  dtype: "f32",
  bytes: 4,
  count: 4,
  vector: "f32x4",
  loadSplat: "v128.load32_splat",
  loadFirst: "v128.load32_zero",
  storeLane: "v128.store32_lane",
};

const f64: Lanes = {
  dtype: "f64",
  bytes: 8,
  count: 2,
  vector: "f64x2",
  loadSplat: "v128.load64_splat",
  loadFirst: "v128.load64_zero",
  storeLane: "v128.store64_lane",
};

export function lanesOf(dtype: Dtype): Lanes {
  return dtype === "f32" ? f32 : f64;
}
