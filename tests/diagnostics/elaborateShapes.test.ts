import { expect, test } from "vitest";
import { elaborateFiles } from "../elaborate/support.js";

type Files = Readonly<Record<string, string>>;

/** A program beside what is shown of it. */
const programs: readonly (readonly [title: string, files: Files, shown: readonly string[]])[] = [
  [
    "FG212 unknown type",
    {
      "model.ts": `import { type Tensor } from "flatgrad";
export function f(x: Matrix<[3]>, y: Tensr<[3]>) {
  return x;
}`,
    },
    [
      "model.ts:2:22 - error FG212: `Matrix` is not the type of a parameter",
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      "  2 | export function f(x: Matrix<[3]>, y: Tensr<[3]>) {",
      "    |                      ^~~~~~~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      'accepted: number, boolean, Tensor<["N", 3]>, Param<[3]>, Labels<"N">, and object and tuple types of them',
      "model.ts:2:38 - error FG212: `Tensr` is not the type of a parameter",
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      "  2 | export function f(x: Matrix<[3]>, y: Tensr<[3]>) {",
      "    |                                      ^~~~~~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      'accepted: number, boolean, Tensor<["N", 3]>, Param<[3]>, Labels<"N">, and object and tuple types of them',
      "hint: did you mean `Tensor`?",
    ],
  ],
  [
    "FG212 type not imported",
    {
      "model.ts": `export function f(x: Tensor<[3]>) {
  return x;
}`,
    },
    [
      "model.ts:1:22 - error FG212: `Tensor` is not the type of a parameter",
      "",
      "  1 | export function f(x: Tensor<[3]>) {",
      "    |                      ^~~~~~~~~~~",
      "  2 |   return x;",
      "  3 | }",
      "",
      'accepted: number, boolean, Tensor<["N", 3]>, Param<[3]>, Labels<"N">, and object and tuple types of them',
      'hint: write `import { type Tensor } from "flatgrad"`',
    ],
  ],
  [
    "FG212 type without a shape",
    {
      "model.ts": `import { type Tensor } from "flatgrad";
export function f(x: Tensor) {
  return x;
}`,
    },
    [
      "model.ts:2:22 - error FG212: this type gives no shape",
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      "  2 | export function f(x: Tensor) {",
      "    |                      ^~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      "accepted: a size for each axis, a number or a name; types without a shape only in functions that this one calls",
      'hint: write `Tensor<["N", 3]>` or `Labels<"N">`',
    ],
  ],
  [
    "FG212 type that contains itself",
    {
      "model.ts": `interface Tree {
  left: Tree;
}
export function f(x: Tree) {
  return 1;
}`,
    },
    [
      "model.ts:2:9 - error FG212: the type `Tree` contains itself",
      "",
      "  1 | interface Tree {",
      "  2 |   left: Tree;",
      "    |         ^~~~",
      "  3 | }",
      "  4 | export function f(x: Tree) {",
      "",
      "accepted: types of a fixed number of tensors",
    ],
  ],
  [
    "FG212 unknown dtype",
    {
      "model.math": `f(x: float[3]) = sum(x)`,
    },
    [
      "model.math:1:6 - error FG212: `float` is not the type of a parameter",
      "",
      "  1 | f(x: float[3]) = sum(x)",
      "    |      ^~~~~~~~",
      "",
      "accepted: f64, f32, i32, bool, [3], f64[N, 3]",
      "hint: did you mean `f32`?",
    ],
  ],
  [
    "FG213 not a size",
    {
      "model.ts": `import { type Tensor } from "flatgrad";
export function f(x: Tensor<["N / 2", "class"]>) {
  return x;
}`,
    },
    [
      'model.ts:2:30 - error FG213: "N / 2" is not a size',
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      '  2 | export function f(x: Tensor<["N / 2", "class"]>) {',
      "    |                              ^~~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      'accepted: a whole number that is not negative, a name such as "N", or a sum or product of them such as "2*N + 1"',
      'model.ts:2:39 - error FG213: "class" is not a size',
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      '  2 | export function f(x: Tensor<["N / 2", "class"]>) {',
      "    |                                       ^~~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      'accepted: a whole number that is not negative, a name such as "N", or a sum or product of them such as "2*N + 1"',
    ],
  ],
  [
    "FG312 not a possible size",
    {
      "model.math": `f(x: [2.5]) = sum(x)`,
    },
    [
      "model.math:1:7 - error FG312: this is not a size",
      "",
      "  1 | f(x: [2.5]) = sum(x)",
      "    |       ^~~",
      "",
      'accepted: a whole number that is not negative, a name such as "N", or a sum or product of them such as "2*N + 1"',
    ],
  ],
  [
    "FG312 too many elements",
    {
      "model.math": `f(x: [3]) = broadcastTo(x, [1000000, 1000000, 3])`,
    },
    [
      "model.math:1:28 - error FG312: the shape [1000000, 1000000, 3] is not possible",
      "",
      "  1 | f(x: [3]) = broadcastTo(x, [1000000, 1000000, 3])",
      "    |                            ^~~~~~~~~~~~~~~~~~~~~",
      "",
      "accepted: at most 32 axes of whole, non-negative sizes, and 4294967296 elements",
    ],
  ],
  [
    "FG301 both shapes and where they come from",
    {
      "model.ts": `import { matmul, type Tensor } from "flatgrad";
export function f(x: Tensor<["N", 3]>, b: Tensor<[4]>) {
  const h = x * 2;
  return h + b;
}`,
    },
    [
      "model.ts:4:10 - error FG301: `+`: shapes [N, 3] and [4] do not broadcast (3 against 4)",
      "",
      '  2 | export function f(x: Tensor<["N", 3]>, b: Tensor<[4]>) {',
      "  3 |   const h = x * 2;",
      "  4 |   return h + b;",
      "    |          ^~~~~",
      "  5 | }",
      "",
      "model.ts:3:13 - note: `h` is computed here: f32[N, 3]",
      "",
      "  3 |   const h = x * 2;",
      "    |             ^~~~~",
      "",
      "model.ts:2:40 - note: `b` is declared f32[4] here",
      "",
      '  2 | export function f(x: Tensor<["N", 3]>, b: Tensor<[4]>) {',
      "    |                                        ^~~~~~~~~~~~~~",
      "",
      "accepted: axes aligned at the right that are equal, or 1 on one side",
    ],
  ],
  [
    "FG302 in a function that is called",
    {
      "model.math": `layer(x, w) = relu(x @ w)
f(x: [4, 3], w: [4, 3]) = sum(layer(x, w))`,
    },
    [
      "model.math:1:20 - error FG302: `@`: inner dimensions differ: [4, 3] · [4, 3] (3 against 4)",
      "",
      "  1 | layer(x, w) = relu(x @ w)",
      "    |                    ^~~~~",
      "  2 | f(x: [4, 3], w: [4, 3]) = sum(layer(x, w))",
      "",
      "model.math:2:3 - note: `x` is declared f32[4, 3] here",
      "",
      "  2 | f(x: [4, 3], w: [4, 3]) = sum(layer(x, w))",
      "    |   ^~~~~~~~~",
      "",
      "model.math:2:14 - note: `w` is declared f32[4, 3] here",
      "",
      "  2 | f(x: [4, 3], w: [4, 3]) = sum(layer(x, w))",
      "    |              ^~~~~~~~~",
      "",
      "model.math:2:31 - note: `layer` is called here",
      "",
      "  2 | f(x: [4, 3], w: [4, 3]) = sum(layer(x, w))",
      "    |                               ^~~~~~~~~~~",
      "",
      "accepted: the last axis of the first equal to the last but one of the second",
      "hint: did you mean matmul(a, transpose(b))?",
    ],
  ],
  [
    "FG303 axis of an option",
    {
      "model.math": `f(x: [4, 3]) = sum(x, axis=2)`,
    },
    [
      "model.math:1:16 - error FG303: sum: axis 2 is out of range for shape [4, 3]",
      "",
      "  1 | f(x: [4, 3]) = sum(x, axis=2)",
      "    |                ^~~~~~~~~~~~~~",
      "",
      "model.math:1:3 - note: `x` is declared f32[4, 3] here",
      "",
      "  1 | f(x: [4, 3]) = sum(x, axis=2)",
      "    |   ^~~~~~~~~",
      "",
      "accepted: -2 … 1",
    ],
  ],
  [
    "FG304 index out of range",
    {
      "model.math": `f(x: [3]) = x[3] + x[-4]`,
    },
    [
      "model.math:1:15 - error FG304: the index is out of range for axis 0 of size 3",
      "",
      "  1 | f(x: [3]) = x[3] + x[-4]",
      "    |               ^",
      "",
      "accepted: 0 … 2, or -3 … -1 from the end",
      "model.math:1:22 - error FG304: the index is out of range for axis 0 of size 3",
      "",
      "  1 | f(x: [3]) = x[3] + x[-4]",
      "    |                      ^~",
      "",
      "accepted: 0 … 2, or -3 … -1 from the end",
    ],
  ],
  [
    "FG304 index beyond a named size",
    {
      "model.ts": `import { type Tensor } from "flatgrad";
export function f(x: Tensor<["N"]>) {
  return x[x.length] + x[-1];
}`,
    },
    [
      "model.ts:3:12 - error FG304: the index is out of range for axis 0 of size N",
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      '  2 | export function f(x: Tensor<["N"]>) {',
      "  3 |   return x[x.length] + x[-1];",
      "    |            ^~~~~~~~",
      "  4 | }",
      "",
      "accepted: 0 … N - 1",
      "model.ts:3:26 - error FG304: index -1 is negative",
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      '  2 | export function f(x: Tensor<["N"]>) {',
      "  3 |   return x[x.length] + x[-1];",
      "    |                          ^~",
      "  4 | }",
      "",
      "accepted: 0 or more: in TypeScript an index does not count from the end",
      "hint: write x[x.length - 1]",
    ],
  ],
  [
    "FG304 index of a list",
    {
      "model.math": `f(x) = { a = [x, 1]; a[2] }`,
    },
    [
      "model.math:1:24 - error FG304: index 2 is out of range for a list of 2",
      "",
      "  1 | f(x) = { a = [x, 1]; a[2] }",
      "    |                        ^",
      "",
      "accepted: 0 … 1",
    ],
  ],
  [
    "FG304 not an index",
    {
      "model.math": `f(x: [3]) = x[0.5] + x[::0] + sum(x[:sum(x)])`,
    },
    [
      "model.math:1:15 - error FG304: the number 0.5 is not an index",
      "",
      "  1 | f(x: [3]) = x[0.5] + x[::0] + sum(x[:sum(x)])",
      "    |               ^~~",
      "",
      "accepted: a whole number, an i32 scalar or tensor, or a slice",
      "model.math:1:26 - error FG304: the number 0 is not a step of a slice",
      "",
      "  1 | f(x: [3]) = x[0.5] + x[::0] + sum(x[:sum(x)])",
      "    |                          ^",
      "",
      "accepted: a whole number that is not 0, known at build time",
      "model.math:1:38 - error FG304: f32 is not a bound of a slice",
      "",
      "  1 | f(x: [3]) = x[0.5] + x[::0] + sum(x[:sum(x)])",
      "    |                                      ^~~~~~",
      "",
      "accepted: a whole number or a size, known at build time",
      "hint: write take(x, indices) for positions known at run time",
    ],
  ],
  [
    "FG305 too many indices",
    {
      "model.math": `f(x: [3]) = x[0, 1]`,
    },
    [
      "model.math:1:13 - error FG305: there are 2 indices for the axes of f32[3]",
      "",
      "  1 | f(x: [3]) = x[0, 1]",
      "    |             ^~~~~~~",
      "",
      "accepted: at most 1",
    ],
  ],
  [
    "FG307 float as an index",
    {
      "model.math": `f(x: [3], i) = x[i]`,
    },
    [
      "model.math:1:18 - error FG307: this index is f64",
      "",
      "  1 | f(x: [3], i) = x[i]",
      "    |                  ^",
      "",
      "accepted: i32",
      'hint: declare the index as Tensor<[], "i32"> or Labels<"N">, in math strings as i32',
    ],
  ],
  [
    "FG307 mask as an index",
    {
      "model.math": `f(x: [3]) = sum(x[x > 0])`,
    },
    [
      "model.math:1:19 - error FG307: this index is bool[3]",
      "",
      "  1 | f(x: [3]) = sum(x[x > 0])",
      "    |                   ^~~~~",
      "",
      "accepted: i32",
      "hint: a mask cannot select elements, since their number would not be known: write where(mask, x, 0)",
    ],
  ],
];

test.each(programs)("%s", (_title, files, shown) => {
  expect(elaborateFiles(files).frames.join("\n").split("\n")).toEqual(shown);
});
