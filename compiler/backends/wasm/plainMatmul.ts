import type { DType } from "../../ir/type.js";
import { bytesWat, loadAt, storeAt } from "./scalar.js";
import { add, get, i32, multiply, set, type FunctionWriter, type Wat } from "./wat.js";

/** A matrix in memory. */
export interface Matrix {
  readonly address: Wat;
  readonly dtype: DType;
}

export interface PlainProduct {
  readonly a: Matrix;
  readonly b: Matrix;
  readonly c: Matrix;
  readonly rows: Wat;
  readonly columns: Wat;
  readonly inner: Wat;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly accumulate: boolean;
}

/** C = A · B, number by number, for operands of different precision, which kernels do not take. */
export function writePlainProduct(f: FunctionWriter, product: PlainProduct): void {
  const { a, b, c, transposeA, transposeB, accumulate } = product;
  const [rows, columns, inner] = [
    f.keep("i32", product.rows),
    f.keep("i32", product.columns),
    f.keep("i32", product.inner),
  ];
  const [i, j, k] = [f.local("i32", "i"), f.local("i32", "j"), f.local("i32", "k")];
  const sum = f.local("f64", "sum");
  const left = transposeA
    ? elementOf(a, get(k), rows, get(i))
    : elementOf(a, get(i), inner, get(k));
  const right = transposeB
    ? elementOf(b, get(j), inner, get(k))
    : elementOf(b, get(k), columns, get(j));
  const place = elementOf(c, get(i), columns, get(j));
  f.emit(set(i, i32(0)));
  f.loop(i, rows, 1, () => {
    f.emit(set(j, i32(0)));
    f.loop(j, columns, 1, () => {
      f.emit(set(sum, accumulate ? loadAt(c.dtype, place) : "(f64.const 0)"));
      f.emit(set(k, i32(0)));
      f.loop(k, inner, 1, () => {
        const term = `(f64.mul ${loadAt(a.dtype, left)} ${loadAt(b.dtype, right)})`;
        f.emit(set(sum, `(f64.add ${get(sum)} ${term})`));
      });
      f.emit(storeAt(c.dtype, place, get(sum)));
    });
  });
}

function elementOf({ address, dtype }: Matrix, row: Wat, width: Wat, column: Wat): Wat {
  return add(address, bytesWat(dtype, add(multiply(row, width), column)));
}
