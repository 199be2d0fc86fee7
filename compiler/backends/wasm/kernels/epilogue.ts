import type { VectorCode, VectorScope } from "../math/scope.js";
import type { Lanes } from "./lanes.js";
import { add, call, get, i32, times } from "./text.js";

/** An operand of an epilogue, by how its elements meet those of C [rows, columns]. */
export type EpilogueOperand =
  /** [rows, columns]; the epilogue may also store to it. */
  | { readonly kind: "matrix"; readonly stored: boolean }
  /** [columns], the same for every row: a bias. */
  | { readonly kind: "row" }
  /** [rows]: one element for each row. */
  | { readonly kind: "column" }
  /** One element. */
  | { readonly kind: "scalar" };

/** What becomes of finished sums on their way to C. */
export interface Epilogue {
  /** Each is one more parameter of the kernel: the address of its first element. */
  readonly operands: readonly EpilogueOperand[];
  /**
   * Writes the code for one vector of sums, given the operands' values at the
   * same place (before anything is stored there). `value` is stored to C,
   * `stored` to the stored operands, in their order.
   */
  finish(sum: string, operands: readonly string[], scope: VectorScope): FinishedCode;
}

export interface FinishedCode extends VectorCode {
  readonly stored: readonly string[];
}

/** An epilogue that stores the sums. */
export const plainEpilogue: Epilogue = {
  operands: [],
  finish: (sum) => ({ statements: [], value: sum, stored: [] }),
};

/** The names of the parameters for an epilogue's operands. */
export function operandNames({ operands }: Epilogue): readonly string[] {
  return operands.map((_, i) => `operand${i}`);
}

/** A block of sums and its place in C, whose parameters are those of a kernel. */
export interface SumBlock {
  readonly from: string;
  /** Bytes between its rows. */
  readonly fromRow: string;
  /** Where in C it begins. */
  readonly row: string;
  readonly column: string;
  readonly rows: string;
  readonly columns: string;
}

/** The call, inside a kernel, of the function that finishes its sums. */
export function finishCall(
  name: string,
  { bytes }: Lanes,
  epilogue: Epilogue,
  { from, fromRow, row, column, rows, columns }: SumBlock,
): string {
  const cell = add(times(row, get("columns")), column);
  const elements = { matrix: cell, row: column, column: row, scalar: i32(0) };
  const at = (pointer: string, kind: EpilogueOperand["kind"]): string =>
    add(get(pointer), times(elements[kind], i32(bytes)));
  return call(
    name,
    from,
    fromRow,
    at("c", "matrix"),
    times(get("columns"), i32(bytes)),
    rows,
    columns,
    ...epilogue.operands.map(({ kind }, i) => at(`operand${i}`, kind)),
  );
}
