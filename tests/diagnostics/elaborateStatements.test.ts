import { expect, test } from "vitest";
import { elaborateFiles } from "../elaborate/support.js";

type Files = Readonly<Record<string, string>>;

/** A program beside what is shown of it. */
const programs: readonly (readonly [title: string, files: Files, shown: readonly string[]])[] = [
  [
    "FG204 expression without effect",
    {
      "model.ts": `export function f(x: number) {
  x + 1;
  return x;
}`,
    },
    [
      "model.ts:2:3 - error FG204: this expression has no effect",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   x + 1;",
      "    |   ^~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      "accepted: declarations, assignments, `if`, `for` and `return`",
      "hint: give the value a name, `const y = …`, or return it",
    ],
  ],
  [
    "FG204 constant not known at build time",
    {
      "model.ts": `import { stack } from "flatgrad";
const w = stack([1, 2]);
export function f(x: number) {
  return x * w;
}`,
    },
    [
      "model.ts:2:7 - error FG204: the constant `w` is not known at build time",
      "",
      '  1 | import { stack } from "flatgrad";',
      "  2 | const w = stack([1, 2]);",
      "    |       ^~~~~~~~~~~~~~~~~",
      "  3 | export function f(x: number) {",
      "  4 |   return x * w;",
      "",
      "accepted: numbers, strings, truth values, and lists and objects of them",
      "hint: compute it inside the function that uses it",
    ],
  ],
  [
    "FG210 missing return",
    {
      "model.ts": `export function f(x: number) {
  if (x > 0) {
    return x;
  }
}`,
    },
    [
      "model.ts:1:17 - error FG210: `f` does not return on every path",
      "",
      "  1 | export function f(x: number) {",
      "    |                 ^",
      "  2 |   if (x > 0) {",
      "  3 |     return x;",
      "",
      "accepted: a `return` with a value at the end of every path",
    ],
  ],
  [
    "FG210 return without a value",
    {
      "model.ts": `export function f(x: number) {
  return;
}`,
    },
    [
      "model.ts:2:3 - error FG210: this `return` gives no value",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return;",
      "    |   ^~~~~~~",
      "  3 | }",
      "",
      "accepted: `return` with the result of the function",
    ],
  ],
  [
    "FG309 tensor as a condition",
    {
      "model.math": `f(x: [3]) = sum(x > 0 ? x : 0)`,
    },
    [
      "model.math:1:17 - error FG309: this condition has shape bool[3]",
      "",
      "  1 | f(x: [3]) = sum(x > 0 ? x : 0)",
      "    |                 ^~~~~",
      "",
      "accepted: a scalar",
      "hint: write where(condition, a, b) to choose for each element, or any(condition) or all(condition) for one answer",
    ],
  ],
  [
    "FG311 branches of different shapes",
    {
      "model.math": `f(c, x: [3], y: [4]) = sum(c > 0 ? x : y)`,
    },
    [
      "model.math:1:28 - error FG311: the branches give f32[3] and f32[4]",
      "",
      "  1 | f(c, x: [3], y: [4]) = sum(c > 0 ? x : y)",
      "    |                            ^~~~~~~~~~~~~",
      "",
      "accepted: the same shape and kind of value from both branches",
    ],
  ],
  [
    "FG311 branches of different fields",
    {
      "model.ts": `export function f(x: number) {
  if (x > 0) return { a: x };
  return { b: x };
}`,
    },
    [
      "model.ts:2:7 - error FG311: only one of the branches has the field `a`",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   if (x > 0) return { a: x };",
      "    |       ^~~~~",
      "  3 |   return { b: x };",
      "  4 | }",
      "",
      "accepted: the same fields from both branches",
    ],
  ],
  [
    "FG404 unused parameter",
    {
      "model.ts": `export function f(x: number, unused: number, p: { a: number; b: number }) {
  return x * p.b;
}`,
    },
    [
      "model.ts:1:30 - warning FG404: the result does not depend on `unused`",
      "",
      "  1 | export function f(x: number, unused: number, p: { a: number; b: number }) {",
      "    |                              ^~~~~~~~~~~~~~",
      "  2 |   return x * p.b;",
      "  3 | }",
      "",
      "hint: its gradient is zero; leave the parameter out if that is not meant",
      "model.ts:1:54 - warning FG404: the result does not depend on `p.a`",
      "",
      "  1 | export function f(x: number, unused: number, p: { a: number; b: number }) {",
      "    |                                                      ^~~~~~",
      "  2 |   return x * p.b;",
      "  3 | }",
      "",
      "hint: its gradient is zero; leave the parameter out if that is not meant",
    ],
  ],
];

test.each(programs)("%s", (_title, files, shown) => {
  expect(elaborateFiles(files).frames.join("\n").split("\n")).toEqual(shown);
});
