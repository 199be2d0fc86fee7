import {
  type Epilogue,
  finishCall,
  operandNames,
  plainEpilogue,
  type SumBlock,
} from "./epilogue.js";
import { type Dtype, lanesOf } from "./lanes.js";

/**
 * A matrix product to generate: C [rows, columns] = op(A) · op(B), where op
 * transposes or not, over row-major contiguous matrices. The function takes
 *
 *     a, b, c, rows, columns, inner, scratch, …operands of the epilogue
 *
 * all i32, addresses in bytes, and returns nothing. Any size may be 0; sums
 * without terms are 0. C must not overlap A or B, nor any of them the scratch;
 * an operand of the epilogue may be C.
 *
 * Vectors are read, never written, up to 64 bytes past the end of a matrix.
 */
export interface MatmulKernel {
  /** Of the function, without "$". */
  readonly name: string;
  readonly dtype: Dtype;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** C += instead of C =; before the epilogue. */
  readonly accumulate: boolean;
  readonly epilogue?: Epilogue;
}

/** The functions that store sums as they are, or add them to C. */
export const storePanelName = (dtype: Dtype, adds: boolean): string =>
  `mm.${dtype}.${adds ? "add" : "store"}Panel`;

export const finishName = ({ accumulate, dtype, epilogue, name }: MatmulKernel): string =>
  epilogue === undefined ? storePanelName(dtype, accumulate) : `mm.${name}.finish`;

const epilogueParameters = ({ epilogue }: MatmulKernel): readonly string[] =>
  epilogue === undefined ? [] : operandNames(epilogue);

/** Takes a block of sums, `fromRow` bytes from row to row, to the place of C that begins at `row`, `column`. */
export function finish(kernel: MatmulKernel, block: SumBlock): string {
  return finishCall(
    finishName(kernel),
    lanesOf(kernel.dtype),
    kernel.epilogue ?? plainEpilogue,
    block,
  );
}

/** The parameters of a kernel, and of the functions it hands all of them on to. */
export const kernelParameters = (kernel: MatmulKernel): readonly string[] => [
  "a",
  "b",
  "c",
  "rows",
  "columns",
  "inner",
  "scratch",
  ...epilogueParameters(kernel),
];
