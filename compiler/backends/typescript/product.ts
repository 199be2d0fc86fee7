import type { Dim } from "../../ir/dim.js";
import type { Operand, Statement } from "../../schedule/program.js";

/** The function of the runtime that computes a product, and what it is called with. */
export interface ProductCall {
  readonly callee: string;
  /** The result last. */
  readonly operands: readonly Operand[];
  readonly sizes: readonly Dim[];
}

/**
 * A product known to have one row or one column is one with a vector. That
 * function is a small part of the one for matrices, which a bundle then need not
 * hold.
 */
export function productCall(statement: Extract<Statement, { kind: "matmul" }>): ProductCall {
  const { a, b, result, transposeA, transposeB, rows, columns, inner } = statement;
  const call = (name: string, first: Operand, second: Operand, ...sizes: readonly Dim[]) => ({
    callee: `${name}${result.buffer.dtype === "f64" ? "64" : ""}`,
    operands: [first, second, result],
    sizes,
  });
  if (columns === 1)
    return transposeA ? call("vecmat", b, a, rows, inner) : call("matvec", a, b, rows, inner);
  if (rows === 1)
    return transposeB ? call("matvec", b, a, columns, inner) : call("vecmat", a, b, columns, inner);
  const letters = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;
  return call(`matmul${letters}`, a, b, rows, columns, inner);
}
