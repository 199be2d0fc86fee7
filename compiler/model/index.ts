/** What a model file imports: `import { matmul, relu, type Tensor } from "flatgrad"`. */
export type { DType, Labels, LocalArray, Param, Tensor } from "./types.js";
export * from "./elementwise.js";
export * from "./binary.js";
export * from "./reductions.js";
export * from "./shaping.js";
export * from "./matrix.js";
export * from "./linearAlgebra.js";
export * from "./sorting.js";
export * from "./networks.js";
export * from "./losses.js";
export * from "./derivatives.js";
