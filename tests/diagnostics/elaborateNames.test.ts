import { expect, test } from "vitest";
import { elaborateFiles } from "../elaborate/support.js";

type Files = Readonly<Record<string, string>>;

/** A program beside what is shown of it. */
const programs: readonly (readonly [title: string, files: Files, shown: readonly string[]])[] = [
  [
    "FG201 unknown name",
    {
      "model.math": `f(x) = sigmiod(x)`,
    },
    [
      "model.math:1:8 - error FG201: `sigmiod` is not known here",
      "",
      "  1 | f(x) = sigmiod(x)",
      "    |        ^~~~~~~",
      "",
      "hint: did you mean `sigmoid`?",
    ],
  ],
  [
    "FG201 operation not imported",
    {
      "model.ts": `export function f(x: number) {
  return relu(x);
}`,
    },
    [
      "model.ts:2:10 - error FG201: `relu` is not known here",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return relu(x);",
      "    |          ^~~~",
      "  3 | }",
      "",
      'hint: write `import { relu } from "flatgrad"`',
    ],
  ],
  [
    "FG201 function of Math",
    {
      "model.ts": `export function f(x: number) {
  return Math.random() + Math.logg(x);
}`,
    },
    [
      "model.ts:2:15 - error FG201: `Math.random` is not available",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return Math.random() + Math.logg(x);",
      "    |               ^~~~~~",
      "  3 | }",
      "",
      "accepted: functions that give the same result for the same arguments",
      "hint: draw random numbers outside and pass them as a parameter",
      "model.ts:2:31 - error FG201: `Math.logg` is not available",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   return Math.random() + Math.logg(x);",
      "    |                               ^~~~",
      "  3 | }",
      "",
      "accepted: E, LN10, LN2, LOG10E, LOG2E, PI, SQRT1_2, SQRT2, abs, acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, ceil, cos, cosh, exp, expm1, floor, hypot, log, log10, log1p, log2, max, min, pow, round, sign, sin, sinh, sqrt, tan, tanh, trunc",
      "hint: did you mean `log`?",
    ],
  ],
  [
    "FG201 name without a value",
    {
      "model.ts": `export function f(x: number) {
  let y;
  if (x > 0) y = x;
  return y;
}`,
    },
    [
      "model.ts:4:10 - error FG201: `y` may have no value here",
      "",
      "  2 |   let y;",
      "  3 |   if (x > 0) y = x;",
      "  4 |   return y;",
      "    |          ^",
      "  5 | }",
      "",
      "model.ts:2:7 - note: it is declared here",
      "",
      "  2 |   let y;",
      "    |       ^",
      "",
      "accepted: a name that every path before has assigned to",
    ],
  ],
  [
    "FG201 unknown size",
    {
      "model.ts": `import { reshape, type Tensor } from "flatgrad";
export function f(x: Tensor<["N", 4]>) {
  return reshape(x, ["M", 2]);
}`,
    },
    [
      "model.ts:3:21 - error FG201: there is no named size `M` here",
      "",
      '  1 | import { reshape, type Tensor } from "flatgrad";',
      '  2 | export function f(x: Tensor<["N", 4]>) {',
      '  3 |   return reshape(x, ["M", 2]);',
      "    |                     ^~~~~~~~",
      "  4 | }",
      "",
      "accepted: N",
    ],
  ],
  [
    "FG205 recursion",
    {
      "model.math": `f(x) = g(x) + 1
g(x) = f(x / 2)`,
    },
    [
      "model.math:1:8 - error FG205: `g` calls itself",
      "",
      "  1 | f(x) = g(x) + 1",
      "    |        ^~~~",
      "  2 | g(x) = f(x / 2)",
      "",
      "model.math:2:1 - note: `g` is declared here",
      "",
      "  2 | g(x) = f(x / 2)",
      "    | ^",
      "",
      "model.math:2:8 - note: `g` calls `f` here",
      "",
      "  2 | g(x) = f(x / 2)",
      "    |        ^~~~~~~~",
      "",
      "accepted: functions that do not lead back to themselves",
      "hint: write the repetition as a `for` loop, or as an operation over a tensor",
      "model.math:2:8 - error FG205: `f` calls itself",
      "",
      "  1 | f(x) = g(x) + 1",
      "  2 | g(x) = f(x / 2)",
      "    |        ^~~~~~~~",
      "",
      "model.math:1:1 - note: `f` is declared here",
      "",
      "  1 | f(x) = g(x) + 1",
      "    | ^",
      "",
      "model.math:1:8 - note: `f` calls `g` here",
      "",
      "  1 | f(x) = g(x) + 1",
      "    |        ^~~~",
      "",
      "accepted: functions that do not lead back to themselves",
      "hint: write the repetition as a `for` loop, or as an operation over a tensor",
    ],
  ],
  [
    "FG205 constants in a circle",
    {
      "model.ts": `const a = b + 1;
const b = a;
export function f(x: number) {
  return x * a;
}`,
    },
    [
      "model.ts:1:7 - error FG205: the constant `a` is defined by itself",
      "",
      "  1 | const a = b + 1;",
      "    |       ^~~~~~~~~",
      "  2 | const b = a;",
      "  3 | export function f(x: number) {",
      "",
      "model.ts:2:11 - note: it is used here",
      "",
      "  2 | const b = a;",
      "    |           ^",
      "",
    ],
  ],
  [
    "FG208 parameter declared twice",
    {
      "model.math": `f(x, x) = x ^ 2`,
    },
    [
      "model.math:1:6 - error FG208: `x` is declared twice",
      "",
      "  1 | f(x, x) = x ^ 2",
      "    |      ^",
      "",
      "model.math:1:3 - note: it is declared here first",
      "",
      "  1 | f(x, x) = x ^ 2",
      "    |   ^",
      "",
      "accepted: each parameter once",
    ],
  ],
  [
    "FG208 name declared twice",
    {
      "model.ts": `export function f(x: number) {
  const a = x;
  const a = 2;
  return a;
}`,
    },
    [
      "model.ts:3:9 - error FG208: `a` is declared twice",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   const a = x;",
      "  3 |   const a = 2;",
      "    |         ^",
      "  4 |   return a;",
      "  5 | }",
      "",
      "model.ts:2:9 - note: it is declared here first",
      "",
      "  2 |   const a = x;",
      "    |         ^",
      "",
      "accepted: each name once in a block",
    ],
  ],
  [
    "FG208 function declared twice",
    {
      "model.math": `f(x) = x
f(x) = 2 * x`,
    },
    [
      "model.math:2:1 - error FG208: `f` is declared twice",
      "",
      "  1 | f(x) = x",
      "  2 | f(x) = 2 * x",
      "    | ^",
      "",
      "model.math:1:1 - note: it is declared here first",
      "",
      "  1 | f(x) = x",
      "    | ^",
      "",
      "accepted: each name once at the top of a file",
    ],
  ],
  [
    "FG209 assignment to a constant",
    {
      "model.ts": `export function f(x: number) {
  const s = x;
  s += 1;
  return s;
}`,
    },
    [
      "model.ts:3:3 - error FG209: `s` is a constant",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   const s = x;",
      "  3 |   s += 1;",
      "    |   ^",
      "  4 |   return s;",
      "  5 | }",
      "",
      "model.ts:2:9 - note: it is declared here",
      "",
      "  2 |   const s = x;",
      "    |         ^",
      "",
      "accepted: a name declared with `let`",
      "hint: declare it with `let`",
    ],
  ],
  [
    "FG209 assignment to an unknown name",
    {
      "model.ts": `export function f(x: number) {
  let total = x;
  totl = 1;
  return total;
}`,
    },
    [
      "model.ts:3:3 - error FG209: `totl` is not declared",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   let total = x;",
      "  3 |   totl = 1;",
      "    |   ^~~~",
      "  4 |   return total;",
      "  5 | }",
      "",
      "accepted: a name declared with `let`",
      "hint: did you mean `total`?",
    ],
  ],
  [
    "FG211 module not found",
    {
      "models/net.ts": `import { dense } from "./layer.js";
export function f(x: number) {
  return dense(x);
}`,
      "models/layers.ts": `export const k = 1;`,
    },
    [
      'models/net.ts:1:10 - error FG211: there is no file for the module "./layer.js"',
      "",
      '  1 | import { dense } from "./layer.js";',
      "    |          ^~~~~",
      "  2 | export function f(x: number) {",
      "  3 |   return dense(x);",
      "",
      "accepted: one of models/layer.ts, models/layer.js",
      "hint: did you mean `models/layers.ts`?",
    ],
  ],
  [
    "FG211 module outside the program",
    {
      "model.ts": `import { dense } from "some-package";
export function f(x: number) {
  return dense(x);
}`,
    },
    [
      'model.ts:1:10 - error FG211: the module "some-package" is not part of the program',
      "",
      '  1 | import { dense } from "some-package";',
      "    |          ^~~~~",
      "  2 | export function f(x: number) {",
      "  3 |   return dense(x);",
      "",
      'accepted: "flatgrad", and files of the program by a relative path',
      "hint: a model can only use functions whose source is compiled with it",
    ],
  ],
  [
    "FG211 unknown import",
    {
      "model.ts": `import { sofmax } from "flatgrad";
export function f(x: number) {
  return sofmax(x);
}`,
    },
    [
      'model.ts:1:10 - error FG211: "flatgrad" has no export `sofmax`',
      "",
      '  1 | import { sofmax } from "flatgrad";',
      "    |          ^~~~~~",
      "  2 | export function f(x: number) {",
      "  3 |   return sofmax(x);",
      "",
      "accepted: its operations (`flatgrad ops` lists them) and the types Tensor, Param and Labels",
      "hint: did you mean `softmax`?",
    ],
  ],
  [
    "FG211 not exported",
    {
      "net.ts": `import { dense } from "./layers.js";
export function f(x: number) {
  return dense(x);
}`,
      "layers.ts": `function dense(x: number) {
  return x;
}`,
    },
    [
      'net.ts:1:10 - error FG211: "./layers.js" does not export `dense`',
      "",
      '  1 | import { dense } from "./layers.js";',
      "    |          ^~~~~",
      "  2 | export function f(x: number) {",
      "  3 |   return dense(x);",
      "",
      "hint: write `export` before it in layers.ts",
    ],
  ],
  [
    "FG213 reserved word",
    {
      "model.math": `f(class) = class ^ 2`,
    },
    [
      "model.math:1:3 - error FG213: `class` is a reserved word and cannot name a parameter",
      "",
      "  1 | f(class) = class ^ 2",
      "    |   ^~~~~",
      "",
      "accepted: ASCII letters, digits, `_` and `$`, not starting with a digit, at most 100 of them, and no reserved word",
      "hint: call it `class_`",
    ],
  ],
  [
    "FG213 name of a prototype",
    {
      "model.ts": `export function f(p: { __proto__: number }) {
  const o = { constructor: 1 };
  return p;
}`,
    },
    [
      "model.ts:1:24 - error FG213: `__proto__` is a reserved word and cannot name a field",
      "",
      "  1 | export function f(p: { __proto__: number }) {",
      "    |                        ^~~~~~~~~~~~~~~~~",
      "  2 |   const o = { constructor: 1 };",
      "  3 |   return p;",
      "",
      "accepted: ASCII letters, digits, `_` and `$`, not starting with a digit, at most 100 of them, and no reserved word",
      "hint: call it `__proto___`",
      "model.ts:2:15 - error FG213: `constructor` is a reserved word and cannot name a field",
      "",
      "  1 | export function f(p: { __proto__: number }) {",
      "  2 |   const o = { constructor: 1 };",
      "    |               ^~~~~~~~~~~~~~",
      "  3 |   return p;",
      "  4 | }",
      "",
      "accepted: ASCII letters, digits, `_` and `$`, not starting with a digit, at most 100 of them, and no reserved word",
      "hint: call it `constructor_`",
    ],
  ],
  [
    "FG213 not ASCII",
    {
      "model.math": `f(α) = α ^ 2`,
    },
    [
      "model.math:1:3 - error FG213: `α` cannot name a parameter",
      "",
      "  1 | f(α) = α ^ 2",
      "    |   ^",
      "",
      "accepted: ASCII letters, digits, `_` and `$`, not starting with a digit, at most 100 of them, and no reserved word",
    ],
  ],
];

test.each(programs)("%s", (_title, files, shown) => {
  expect(elaborateFiles(files).frames.join("\n").split("\n")).toEqual(shown);
});
