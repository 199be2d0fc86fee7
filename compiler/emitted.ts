/** What can be built beside a function. The gradient always is. */
export const EMITTED = [
  "grad",
  "jvp",
  "hvp",
  "jacobian",
  "hessian",
  "sparseJacobian",
  "sparseHessian",
] as const;
export type Emitted = (typeof EMITTED)[number];
