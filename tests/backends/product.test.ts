import { describe, expect, it } from "vitest";
import type { DType } from "../../compiler/ir/type.js";
import { random } from "../../runtime/random.js";
import { runMath, type Inputs, type Runnable } from "../support/runModule.js";

/** Subscripts of a product, of its transposed left, and of its transposed right operand. */
const products = ["ik,kj->ij", "ki,kj->ij", "ik,jk->ij"] as const;
const sizes = [1, 3, 9];
const triples = sizes
  .flatMap((i) => sizes.flatMap((j) => sizes.map((k) => ({ i, j, k, b: 2 }))))
  .filter(({ i, j, k }) => i === 1 || j === 1 || k === 1);

type Sizes = Readonly<Record<string, number>>;

/** Shapes of the left operand, the right one and the result. */
function shapesOf(subscripts: string, by: Sizes): readonly (readonly number[])[] {
  return subscripts.split(/,|->/).map((letters) => letters.split("").map((l) => by[l] ?? NaN));
}

function build(subscripts: string, by: Sizes, dtype: DType): Runnable {
  const [x = [], y = []] = shapesOf(subscripts, by);
  return runMath(`einsum("${subscripts}", x, y)`, {
    parameterTypes: { x: { dtype, shape: x }, y: { dtype, shape: y } },
  });
}

/** Small integers but 0: products and sums are exact in both precisions, and no product is −0. */
function draw(subscripts: string, by: Sizes): readonly (readonly number[])[] {
  const source = random(11);
  return shapesOf(subscripts, by).map((shape) =>
    Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () => 2 * source.integer(6) - 5),
  );
}

/** What each element adds to ⟨cotangent, value⟩ if it grows by one: the product is linear in it. */
function slopesOf(
  run: Runnable,
  inputs: Inputs,
  name: string,
  cotangent: readonly number[],
): readonly number[] {
  const weighted = (at: Inputs) =>
    run.value(at).reduce((sum, v, i) => sum + v * (cotangent[i] ?? NaN), 0);
  const before = weighted(inputs);
  const data = inputs[name] ?? [];
  return data.map((_, e) => {
    const moved = data.map((v, i) => (i === e ? v + 1 : v));
    return weighted({ ...inputs, [name]: moved }) - before;
  });
}

/** By the definition: every combination of the indices adds to one element. */
function naive(subscripts: string, by: Sizes, x: readonly number[], y: readonly number[]) {
  const [left = "", right = "", out = ""] = subscripts.split(/,|->/);
  const [, , shape = []] = shapesOf(subscripts, by);
  const result = new Array<number>(shape.reduce((p, q) => p * q, 1)).fill(0);
  const all = [...new Set((left + right).split(""))];
  const count = all.reduce((p, letter) => p * (by[letter] ?? NaN), 1);
  for (let c = 0; c < count; c++) {
    let rest = c;
    const at: Record<string, number> = {};
    for (const letter of all) {
      at[letter] = rest % (by[letter] ?? NaN);
      rest = Math.floor(rest / (by[letter] ?? NaN));
    }
    const flat = (letters: string) =>
      letters.split("").reduce((p, l) => p * (by[l] ?? NaN) + (at[l] ?? NaN), 0);
    result[flat(out)] =
      (result[flat(out)] ?? NaN) + (x[flat(left)] ?? NaN) * (y[flat(right)] ?? NaN);
  }
  return result;
}

describe.each(["f32", "f64"] as const)("products of vectors in %s", (dtype) => {
  it.each(products)("%s and its gradient, whichever size is 1", (plain) => {
    for (const by of triples)
      for (const subscripts of [plain, plain.replace(/(?=\b\w)/g, "b")]) {
        const [x = [], y = [], cotangent = []] = draw(subscripts, by);
        const run = build(subscripts, by, dtype);
        expect(run.value({ x, y })).toEqual(naive(subscripts, by, x, y));
        const { slopes } = run.gradient({ x, y }, cotangent);
        for (const name of ["x", "y"])
          expect(slopes[name], `${subscripts} of ${JSON.stringify(by)}, ${name}`).toEqual(
            slopesOf(run, { x, y }, name, cotangent),
          );
      }
  });
});

it.each([
  ["ik,kj->ij", 1, 3, 9, "vecmat", "matvec"],
  ["ik,kj->ij", 3, 1, 9, "matvec", "vecmat"],
  ["ki,kj->ij", 3, 1, 9, "vecmat", "matvec"],
  ["ik,jk->ij", 1, 3, 9, "matvec", "vecmat"],
] as const)("%s of %i × %i × %i is %s", (subscripts, i, j, k, forward, backward) => {
  for (const suffix of ["", "64"]) {
    const { code } = build(subscripts, { i, j, k }, suffix === "" ? "f32" : "f64").compiled;
    expect(code).toContain(`${forward}${suffix}(`);
    expect(code).toContain(`${backward}${suffix}(`);
    expect(code).not.toContain("matmul");
  }
});
