/** flatgrad's runtime: small, without dependencies, and tree-shakeable. */
export { batches, gatherRows } from "./batches.js";
export {
  checkDirections,
  checkGradient,
  type CheckOptions,
  type DerivativeCheck,
  type ParameterCheck,
  type ScalarFunction,
} from "./checkGradient.js";
export { checkIndex, checkIndices, checkLength, checkSize } from "./checks.js";
export { choleskyFactor, solveTriangular } from "./cholesky.js";
export { convolve, convolveFilters, convolveInput } from "./convolve.js";
export { convolve64, convolveFilters64, convolveInput64 } from "./convolve64.js";
export type { FloatArray } from "./floatArray.js";
export type { Arrays, Gradients } from "./gradientNames.js";
export {
  heNormal,
  heUniform,
  xavierNormal,
  xavierUniform,
  zeros,
  type ArrayOf,
  type InitialiserOptions,
} from "./initialisers.js";
export {
  cofactors,
  determinants,
  factorise,
  logDeterminants,
  solveFactored,
} from "./linearSystems.js";
export { matmulNN, matmulNT, matmulTN } from "./matmul.js";
export { matmulNN64, matmulNT64, matmulTN64 } from "./matmul64.js";
export { matvec, vecmat } from "./matvec.js";
export { matvec64, vecmat64 } from "./matvec64.js";
export type { LearningRate, Optimiser } from "./optimiser.js";
export {
  adam,
  adamw,
  momentum,
  nesterov,
  sgd,
  type AdamOptions,
  type AdamWOptions,
  type MomentumOptions,
  type SgdOptions,
} from "./optimisers.js";
export { poolPositions } from "./poolPositions.js";
export { random, type Random } from "./random.js";
export { cumulativeProduct, cumulativeSum, linearRecurrence } from "./scans.js";
export {
  constant,
  cosineDecay,
  exponentialDecay,
  linearWarmup,
  stepDecay,
  type Schedule,
} from "./schedules.js";
export { sortPositions } from "./sortPositions.js";
export * from "./special.js";
export { grown32, grown64, grownInt32, grownUint8 } from "./tapes.js";
export { uniformAt } from "./uniformAt.js";
export {
  wasmCode,
  wasmCompile,
  wasmCopy,
  wasmMemory,
  wasmRoom,
  wasmStages,
  type WasmCode,
  type WasmImports,
  type WasmMemory,
  type WasmView,
} from "./wasm.js";
