import { expect, test } from "vitest";
import { elaborateFiles } from "../elaborate/support.js";

type Files = Readonly<Record<string, string>>;

/** A program beside what is shown of it. */
const programs: readonly (readonly [title: string, files: Files, shown: readonly string[]])[] = [
  [
    "FG202 too many arguments",
    {
      "model.math": `f(x) = exp(x, 2)`,
    },
    [
      "model.math:1:8 - error FG202: exp takes 1 argument, but here are 2",
      "",
      "  1 | f(x) = exp(x, 2)",
      "    |        ^~~~~~~~~",
      "",
      "accepted: exp(x)",
    ],
  ],
  [
    "FG202 too few arguments",
    {
      "model.math": `f(x: [3]) = softmaxCrossEntropy(x)`,
    },
    [
      "model.math:1:13 - error FG202: softmaxCrossEntropy needs `labels`",
      "",
      "  1 | f(x: [3]) = softmaxCrossEntropy(x)",
      "    |             ^~~~~~~~~~~~~~~~~~~~~~",
      "",
      'accepted: softmaxCrossEntropy(scores, labels, reduction = "mean")',
    ],
  ],
  [
    "FG202 arguments of a function",
    {
      "model.math": `g(a, b) = a + b
f(x) = g(x)`,
    },
    [
      "model.math:2:8 - error FG202: `g` takes 2 arguments, but here are 1",
      "",
      "  1 | g(a, b) = a + b",
      "  2 | f(x) = g(x)",
      "    |        ^~~~",
      "",
      "model.math:1:1 - note: it is declared here",
      "",
      "  1 | g(a, b) = a + b",
      "    | ^",
      "",
      "accepted: g(a, b)",
    ],
  ],
  [
    "FG202 arguments of a function of Math",
    {
      "model.ts": `export function f(x: number) {
  return Math.exp(x, x) + Math.max();
}`,
    },
    [
      "model.ts:2:10 - error FG202: Math.exp takes 1 argument, but here are 2",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return Math.exp(x, x) + Math.max();",
      "    |          ^~~~~~~~~~~~~~",
      "  3 | }",
      "",
      "model.ts:2:27 - error FG202: Math.max takes one or more arguments, but here are 0",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return Math.exp(x, x) + Math.max();",
      "    |                           ^~~~~~~~~~",
      "  3 | }",
      "",
    ],
  ],
  [
    "FG203 unknown option",
    {
      "model.math": `f(x: [3]) = sum(x, axes=0)`,
    },
    [
      "model.math:1:25 - error FG203: sum has no option `axes`",
      "",
      "  1 | f(x: [3]) = sum(x, axes=0)",
      "    |                         ^",
      "",
      "accepted: sum(x, axis = null, keepDims = false)",
      "hint: did you mean `axis`?",
    ],
  ],
  [
    "FG203 unknown option in TypeScript",
    {
      "model.ts": `import { exp, type Tensor } from "flatgrad";
export function f(x: Tensor<[3]>) {
  return exp(x, { axis: 0 });
}`,
    },
    [
      "model.ts:3:25 - error FG203: exp has no option `axis`",
      "",
      '  1 | import { exp, type Tensor } from "flatgrad";',
      "  2 | export function f(x: Tensor<[3]>) {",
      "  3 |   return exp(x, { axis: 0 });",
      "    |                         ^",
      "  4 | }",
      "",
      "accepted: exp(x)",
    ],
  ],
  [
    "FG214 option of the wrong kind",
    {
      "model.math": `f(x: [3]) = sum(x, axis="rows", keepDims=1)`,
    },
    [
      'model.math:1:25 - error FG214: sum: `axis` cannot be the string "rows"',
      "",
      '  1 | f(x: [3]) = sum(x, axis="rows", keepDims=1)',
      "    |                         ^~~~~~",
      "",
      "accepted: a whole number known at build time, or a list of them",
      "model.math:1:42 - error FG214: sum: `keepDims` cannot be the number 1",
      "",
      '  1 | f(x: [3]) = sum(x, axis="rows", keepDims=1)',
      "    |                                          ^",
      "",
      "accepted: true or false",
    ],
  ],
  [
    "FG214 not among the choices",
    {
      "model.math": `f(p: [3], t: [3]) = meanSquaredError(p, t, reduction="men")`,
    },
    [
      'model.math:1:54 - error FG214: meanSquaredError: `reduction` cannot be the string "men"',
      "",
      '  1 | f(p: [3], t: [3]) = meanSquaredError(p, t, reduction="men")',
      "    |                                                      ^~~~~",
      "",
      'accepted: "mean", "sum", "none"',
      "hint: did you mean `mean`?",
    ],
  ],
  [
    "FG214 option known only at run time",
    {
      "model.math": `f(x: [3], n) = sum(x, axis=n)`,
    },
    [
      "model.math:1:28 - error FG214: sum: `axis` is not known at build time",
      "",
      "  1 | f(x: [3], n) = sum(x, axis=n)",
      "    |                            ^",
      "",
      "accepted: a whole number known at build time, or a list of them",
    ],
  ],
  [
    "FG215 function as an operand",
    {
      "model.math": `f(x) = sin + x`,
    },
    [
      "model.math:1:8 - error FG215: a function cannot be computed with",
      "",
      "  1 | f(x) = sin + x",
      "    |        ^~~",
      "",
      "accepted: numbers, tensors and truth values",
    ],
  ],
  [
    "FG215 list as an operand",
    {
      "model.math": `f(x, y) = exp([x, y])`,
    },
    [
      "model.math:1:15 - error FG215: this list cannot be computed with",
      "",
      "  1 | f(x, y) = exp([x, y])",
      "    |               ^~~~~~",
      "",
      "accepted: numbers, tensors and truth values; a list of at most 1024 numbers known at build time, or of lists of one length of them",
      "hint: make one tensor of the elements: stack([a, b])",
    ],
  ],
  [
    "FG215 not a list",
    {
      "model.math": `f(x: [3]) = concat(x)`,
    },
    [
      "model.math:1:20 - error FG215: concat: `values` cannot be f32[3]",
      "",
      "  1 | f(x: [3]) = concat(x)",
      "    |                    ^",
      "",
      "accepted: a list of one or more values",
      "hint: write the values in brackets: concat([x])",
    ],
  ],
  [
    "FG215 not a function",
    {
      "model.math": `f(x) = x(2)`,
    },
    [
      "model.math:1:8 - error FG215: f64 cannot be called",
      "",
      "  1 | f(x) = x(2)",
      "    |        ^",
      "",
      "accepted: a function of the program or an operation",
      "hint: for a product write `*`",
    ],
  ],
  [
    "FG215 truth values in arithmetic",
    {
      "model.math": `f(x, y) = (x > 0) + (y > 0)`,
    },
    [
      "model.math:1:11 - error FG215: `+` has no meaning for two truth values",
      "",
      "  1 | f(x, y) = (x > 0) + (y > 0)",
      "    |           ^~~~~~~~~~~~~~~~~",
      "",
      "accepted: numbers and tensors",
      "hint: write where(condition, 1, 0) for a number",
    ],
  ],
  [
    "FG215 number in logic",
    {
      "model.math": `f(x, y) = x && y > 0 ? 1 : 2`,
    },
    [
      "model.math:1:11 - error FG215: f64 is not a truth value",
      "",
      "  1 | f(x, y) = x && y > 0 ? 1 : 2",
      "    |           ^",
      "",
      "accepted: a comparison, or another boolean",
      "hint: write a comparison such as `x != 0`",
    ],
  ],
  [
    "FG215 number as a condition",
    {
      "model.ts": `export function f(x: number) {
  if (x) return 1;
  return x;
}`,
    },
    [
      "model.ts:2:7 - error FG215: this condition is a number, not a truth value",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   if (x) return 1;",
      "    |       ^",
      "  3 |   return x;",
      "  4 | }",
      "",
      "accepted: a comparison, or another boolean",
      "hint: write a comparison such as `x != 0`",
    ],
  ],
  [
    "FG215 argument of the wrong kind",
    {
      "model.ts": `export function f(x: number) {
  return g(x, { a: x });
}
function g(p: { a: number }, s: number) {
  return p.a + s;
}`,
    },
    [
      "model.ts:2:12 - error FG215: the argument is f64",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return g(x, { a: x });",
      "    |            ^",
      "  3 | }",
      "  4 | function g(p: { a: number }, s: number) {",
      "",
      "model.ts:4:15 - note: the parameter is declared here",
      "",
      "  4 | function g(p: { a: number }, s: number) {",
      "    |               ^~~~~~~~~~~~~",
      "",
      "accepted: an object",
      "model.ts:2:15 - error FG215: the argument is an object",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return g(x, { a: x });",
      "    |               ^~~~~~~~",
      "  3 | }",
      "  4 | function g(p: { a: number }, s: number) {",
      "",
      "model.ts:4:33 - note: the parameter is declared here",
      "",
      "  4 | function g(p: { a: number }, s: number) {",
      "    |                                 ^~~~~~",
      "",
      "accepted: f64",
    ],
  ],
  [
    "FG215 result of the wrong kind",
    {
      "model.math": `f(x) = [x, sin]`,
    },
    [
      "model.math:1:1 - error FG215: a function cannot be a result",
      "",
      "  1 | f(x) = [x, sin]",
      "    | ^",
      "",
      "accepted: numbers and tensors, and objects and lists of them",
    ],
  ],
  [
    "FG216 no such field",
    {
      "model.ts": `export function f(p: { weight: number }) {
  const { wait } = p;
  return wait + p.weigth;
}`,
    },
    [
      "model.ts:2:11 - error FG216: there is no field `wait` here",
      "",
      "  1 | export function f(p: { weight: number }) {",
      "  2 |   const { wait } = p;",
      "    |           ^~~~",
      "  3 |   return wait + p.weigth;",
      "  4 | }",
      "",
      "accepted: weight",
      "model.ts:3:19 - error FG216: there is no field `weigth` here",
      "",
      "  1 | export function f(p: { weight: number }) {",
      "  2 |   const { wait } = p;",
      "  3 |   return wait + p.weigth;",
      "    |                   ^~~~~~",
      "  4 | }",
      "",
      "accepted: weight",
      "hint: did you mean `weight`?",
    ],
  ],
  [
    "FG216 no such element",
    {
      "model.math": `f(x) = { a, b, c = [x, 1]; a + b + c }`,
    },
    [
      "model.math:1:16 - error FG216: a list of 2 has no element 2",
      "",
      "  1 | f(x) = { a, b, c = [x, 1]; a + b + c }",
      "    |                ^",
      "",
      "model.math:1:20 - note: the value is this",
      "",
      "  1 | f(x) = { a, b, c = [x, 1]; a + b + c }",
      "    |                    ^~~~~~",
      "",
      "accepted: a list of at least as many elements as names",
    ],
  ],
  [
    "FG216 no such property",
    {
      "model.math": `f(x: [3]) = x.sum + x.shap[0]`,
    },
    [
      "model.math:1:15 - error FG216: a tensor has no property `sum`",
      "",
      "  1 | f(x: [3]) = x.sum + x.shap[0]",
      "    |               ^~~",
      "",
      "accepted: shape, length, T, ndim, rank, size",
      "hint: it is a function: write sum(x)",
      "model.math:1:23 - error FG216: a tensor has no property `shap`",
      "",
      "  1 | f(x: [3]) = x.sum + x.shap[0]",
      "    |                       ^~~~",
      "",
      "accepted: shape, length, T, ndim, rank, size",
      "hint: did you mean `shape`?",
    ],
  ],
  [
    "FG301 argument of another shape",
    {
      "model.math": `g(a: [3]) = sum(a)
f(x: [4]) = g(x)`,
    },
    [
      "model.math:2:15 - error FG301: the argument has shape [4]",
      "",
      "  1 | g(a: [3]) = sum(a)",
      "  2 | f(x: [4]) = g(x)",
      "    |               ^",
      "",
      "model.math:1:6 - note: the parameter is declared [3] here",
      "",
      "  1 | g(a: [3]) = sum(a)",
      "    |      ^~~",
      "",
      "accepted: 3 along axis 0",
    ],
  ],
  [
    "FG307 argument of another dtype",
    {
      "model.math": `g(a: f64[3]) = sum(a)
f(x: [3]) = g(x)`,
    },
    [
      "model.math:2:15 - error FG307: the argument is f32[3], the parameter f64[3]",
      "",
      "  1 | g(a: f64[3]) = sum(a)",
      "  2 | f(x: [3]) = g(x)",
      "    |               ^",
      "",
      "model.math:1:6 - note: the parameter is declared here",
      "",
      "  1 | g(a: f64[3]) = sum(a)",
      "    |      ^~~~~~",
      "",
      "accepted: f64",
    ],
  ],
  [
    "FG310 named sizes not known to be equal",
    {
      "model.ts": `import { matmul, type Tensor } from "flatgrad";
export function f(x: Tensor<["N", 3]>, y: Tensor<["M", 3]>) {
  return together(x, y);
}
function together(a: Tensor<["B", 3]>, b: Tensor<["B", 3]>) {
  return a + b;
}`,
    },
    [
      "model.ts:3:22 - error FG310: the argument has shape [M, 3]",
      "",
      '  1 | import { matmul, type Tensor } from "flatgrad";',
      '  2 | export function f(x: Tensor<["N", 3]>, y: Tensor<["M", 3]>) {',
      "  3 |   return together(x, y);",
      "    |                      ^",
      "  4 | }",
      '  5 | function together(a: Tensor<["B", 3]>, b: Tensor<["B", 3]>) {',
      "",
      "model.ts:5:43 - note: the parameter is declared [B, 3] here",
      "",
      '  5 | function together(a: Tensor<["B", 3]>, b: Tensor<["B", 3]>) {',
      "    |                                           ^~~~~~~~~~~~~~~~",
      "",
      "accepted: N along axis 0",
      "hint: a named size equals only itself: give both the same name if they are always equal",
    ],
  ],
];

test.each(programs)("%s", (_title, files, shown) => {
  expect(elaborateFiles(files).frames.join("\n").split("\n")).toEqual(shown);
});
