import { type Tensor } from "flatgrad";

/** The determinant by Gaussian elimination, with the largest element of a column as pivot. */
export function determinant(A: Tensor<["N", "N"], "f64">): number {
  const n = A.length;
  const U = A.slice();
  let det = 1;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(U[i]![k]!) > Math.abs(U[p]![k]!)) p = i;
    }
    if (p !== k) {
      det = -det;
      for (let j = k; j < n; j++) {
        const t = U[k]![j]!;
        U[k]![j] = U[p]![j]!;
        U[p]![j] = t;
      }
    }
    det *= U[k]![k]!;
    for (let i = k + 1; i < n; i++) {
      const f = U[i]![k]! / U[k]![k]!;
      for (let j = k; j < n; j++) U[i]![j]! -= f * U[k]![j]!;
    }
  }
  return det;
}
