import { expect, test } from "vitest";
import { elaborateFiles } from "../elaborate/support.js";

/** A program beside what is shown of it. */
const programs: readonly (readonly [title: string, text: string, shown: readonly string[]])[] = [
  [
    "FG204 field assignment",
    `export function f(x: number) {
  const p = { a: x };
  p.a = 1;
  return p.a;
}`,
    [
      "model.ts:3:3 - error FG204: a field cannot be assigned to",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   const p = { a: x };",
      "  3 |   p.a = 1;",
      "    |   ^~~",
      "  4 |   return p.a;",
      "  5 | }",
      "",
      "accepted: assignment to names and to elements of arrays",
      "hint: make a new object",
    ],
  ],
  [
    "FG204 new",
    `export function f(x: number) {
  const b = new Map(x);
  return x;
}`,
    [
      "model.ts:2:13 - error FG204: `new Map` is not accepted here",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   const b = new Map(x);",
      "    |             ^~~~~~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      "accepted: a length, or something to copy: new Float64Array(n), new Float32Array(n), new Int32Array(n), new Array(n)",
    ],
  ],
  [
    "FG204 break",
    `export function f(x: number) {
  if (x > 1) break;
  return x;
}`,
    [
      "model.ts:2:14 - error FG204: `break` stands outside a loop",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   if (x > 1) break;",
      "    |              ^~~~~~",
      "  3 |   return x;",
      "  4 | }",
      "",
      "accepted: `break` and `continue` inside `for`, `while` and `do … while`",
    ],
  ],
  [
    "FG206 loop without an end",
    `export function f(x: number) {
  let s = x;
  while (true) {
    s *= 2;
  }
  return s;
}`,
    [
      "model.ts:3:3 - error FG206: this loop never ends",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   let s = x;",
      "  3 |   while (true) {",
      "    |   ^~~~~~~~~~~~~~",
      "  4 |     s *= 2;",
      "    |     ~~~~~~~",
      "  5 |   }",
      "    |   ~",
      "  6 |   return s;",
      "  7 | }",
      "",
      "accepted: a condition that depends on what the loop computes, or a `break` or `return` in it",
    ],
  ],
  [
    "FG207 list too long",
    `export function f(x: number) {
  let s = 0;
  const list = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  for (const a of list) {
    for (const b of list) s += x ** (a * b);
  }
  return s;
}`,
    [
      "model.ts:4:19 - error FG207: this list is too long to be gone through",
      "",
      "  2 |   let s = 0;",
      "  3 |   const list = [1, 2, 3, 4, 5, 6, 7, 8, 9];",
      "  4 |   for (const a of list) {",
      "    |                   ^~~~",
      "  5 |     for (const b of list) s += x ** (a * b);",
      "  6 |   }",
      "",
      "accepted: at most 64 elements, counted over nested loops",
      "hint: make one tensor of the elements: stack([a, b])",
    ],
  ],
  [
    "FG210 return without a value in a loop",
    `export function f(x: number) {
  for (let i = 0; i < x; i++) {
    return;
  }
  return x;
}`,
    [
      "model.ts:3:5 - error FG210: this `return` gives no value",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   for (let i = 0; i < x; i++) {",
      "  3 |     return;",
      "    |     ^~~~~~~",
      "  4 |   }",
      "  5 |   return x;",
      "",
      "accepted: `return` with the result of the function",
    ],
  ],
  [
    "FG214 length known at run time",
    `export function f(n: number) {
  const y = new Float64Array(n);
  return y[0];
}`,
    [
      "model.ts:2:30 - error FG214: the length is f64",
      "",
      "  1 | export function f(n: number) {",
      "  2 |   const y = new Float64Array(n);",
      "    |                              ^",
      "  3 |   return y[0];",
      "  4 | }",
      "",
      "accepted: a number known at build time, a named size, or an array to copy",
      "hint: an array has the length it is given when the work object is created: pass one of that length as a parameter",
    ],
  ],
  [
    "FG218 another shape",
    `import { type Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">) {
  let y = [1, 2];
  for (let i = 0; i < x.length; i++) {
    y = [y[0], y[1], x[i]];
  }
  return y[0];
}`,
    [
      "model.ts:4:3 - error FG218: `y` becomes something else in this loop",
      "",
      '  2 | export function f(x: Tensor<["N"], "f64">) {',
      "  3 |   let y = [1, 2];",
      "  4 |   for (let i = 0; i < x.length; i++) {",
      "    |   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
      "  5 |     y = [y[0], y[1], x[i]];",
      "    |     ~~~~~~~~~~~~~~~~~~~~~~~",
      "  6 |   }",
      "    |   ~",
      "  7 |   return y[0];",
      "  8 | }",
      "",
      "model.ts:3:7 - note: before the loop it is a list of 2, after an iteration a list of 3",
      "",
      "  3 |   let y = [1, 2];",
      "    |       ^",
      "",
      "accepted: variables that keep their shape and kind of value from iteration to iteration",
    ],
  ],
  [
    "FG219 parameter",
    `import { type Tensor } from "flatgrad";
export function f(x: Tensor<[3]>) {
  x[0] = 1;
  return x;
}`,
    [
      "model.ts:3:3 - error FG219: `x` is a parameter, which must not be written",
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      "  2 | export function f(x: Tensor<[3]>) {",
      "  3 |   x[0] = 1;",
      "    |   ^",
      "  4 |   return x;",
      "  5 | }",
      "",
      "accepted: arrays made in the function: new Float64Array(n), zeros([n, m])",
      "hint: write into a copy: const copy = new Float32Array(x)",
    ],
  ],
  [
    "FG219 list",
    `export function f(x: number) {
  const y = [x, 2];
  y[0] = 1;
  return y[1];
}`,
    [
      "model.ts:3:3 - error FG219: `y` is a list of 2, which cannot be written",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   const y = [x, 2];",
      "  3 |   y[0] = 1;",
      "    |   ^",
      "  4 |   return y[1];",
      "  5 | }",
      "",
      "accepted: arrays made in the function: new Float64Array(n), zeros([n, m])",
      "hint: write new Float64Array([…]) around the list",
    ],
  ],
  [
    "FG219 parameter of a helper",
    `import { type Tensor } from "flatgrad";
function set(y: Tensor, i: number): void {
  y[i] = 1;
}
export function f(x: Tensor<["N"], "f64">) {
  const y = new Float64Array(x);
  set(y, 0);
  set(x, 0);
  return y[0];
}`,
    [
      "model.ts:3:3 - error FG219: `y` is a parameter, which must not be written",
      "",
      '  1 | import { type Tensor } from "flatgrad";',
      "  2 | function set(y: Tensor, i: number): void {",
      "  3 |   y[i] = 1;",
      "    |   ^",
      "  4 | }",
      '  5 | export function f(x: Tensor<["N"], "f64">) {',
      "",
      "model.ts:8:3 - note: `set` is called here",
      "",
      "  8 |   set(x, 0);",
      "    |   ^~~~~~~~~",
      "",
      "accepted: arrays made in the function: new Float64Array(n), zeros([n, m])",
      "hint: write into a copy: const copy = new Float64Array(y)",
    ],
  ],
  [
    "FG219 one of two arrays",
    `export function f(x: number) {
  const a = new Float64Array(2);
  const b = new Float64Array(2);
  const c = x > 0 ? a : b;
  a[0] = x;
  return c[0] + a[0];
}`,
    [
      "model.ts:5:3 - error FG219: `a` cannot be written any more",
      "",
      "  3 |   const b = new Float64Array(2);",
      "  4 |   const c = x > 0 ? a : b;",
      "  5 |   a[0] = x;",
      "    |   ^~~~~~~~~",
      "  6 |   return c[0] + a[0];",
      "  7 | }",
      "",
      "model.ts:4:13 - note: another value is made of it here, which would change too",
      "",
      "  4 |   const c = x > 0 ? a : b;",
      "    |             ^~~~~~~~~~~~~",
      "",
      "accepted: arrays that only their names refer to",
      "hint: copy it where the other value is made: new Float64Array(x)",
    ],
  ],
  [
    "FG219 array kept in a loop",
    `import { type Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">) {
  const y = new Float64Array(x.length);
  let first: number = x;
  for (let i = 0; i < x.length; i++) {
    y[0] += x[i];
    first = y;
  }
  return first[0];
}`,
    [
      "model.ts:5:3 - error FG219: `y` is written in a loop that makes another value of it",
      "",
      "   3 |   const y = new Float64Array(x.length);",
      "   4 |   let first: number = x;",
      "   5 |   for (let i = 0; i < x.length; i++) {",
      "     |   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
      "   6 |     y[0] += x[i];",
      "     |     ~~~~~~~~~~~~~",
      "   7 |     first = y;",
      "     |     ~~~~~~~~~~",
      "   8 |   }",
      "     |   ~",
      "   9 |   return first[0];",
      "  10 | }",
      "",
      "model.ts:5:3 - note: the other value is made here",
      "",
      "  5 |   for (let i = 0; i < x.length; i++) {",
      "    |   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
      "  6 |     y[0] += x[i];",
      "    |     ~~~~~~~~~~~~~",
      "  7 |     first = y;",
      "    |     ~~~~~~~~~~",
      "  8 |   }",
      "    |   ~",
      "",
      "accepted: arrays that only their names refer to",
      "hint: copy it where the other value is made: new Float64Array(x)",
    ],
  ],
  [
    "FG219 row replaced while a name refers to one",
    `import { zeros } from "flatgrad";
export function f(x: number) {
  const A = zeros([2, 2]);
  const row = A[0];
  A[0] = x;
  return row[0];
}`,
    [
      "model.ts:5:3 - error FG219: a row of `A` is replaced while a name refers to one",
      "",
      "  3 |   const A = zeros([2, 2]);",
      "  4 |   const row = A[0];",
      "  5 |   A[0] = x;",
      "    |   ^~~~~~~~~",
      "  6 |   return row[0];",
      "  7 | }",
      "",
      "accepted: rows without names of their own",
      "hint: write its elements in a loop",
    ],
  ],
  [
    "FG304 position that is no whole number",
    `import { type Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">, t: number) {
  const y = new Float64Array(x);
  for (let i = 0; i < x.length; i++) y[i / 2] = t;
  return y[t];
}`,
    [
      "model.ts:4:40 - error FG304: f64 is not the position of an element",
      "",
      '  2 | export function f(x: Tensor<["N"], "f64">, t: number) {',
      "  3 |   const y = new Float64Array(x);",
      "  4 |   for (let i = 0; i < x.length; i++) y[i / 2] = t;",
      "    |                                        ^~~~~",
      "  5 |   return y[t];",
      "  6 | }",
      "",
      "accepted: a whole number, such as the index of a loop",
      "hint: round it: Math.floor(x)",
    ],
  ],
  [
    "FG304 position out of range",
    `export function f(x: number) {
  const y = new Float64Array(3);
  y[3] = x;
  return y[-1];
}`,
    [
      "model.ts:3:5 - error FG304: the index is out of range for axis 0 of size 3",
      "",
      "  1 | export function f(x: number) {",
      "  2 |   const y = new Float64Array(3);",
      "  3 |   y[3] = x;",
      "    |     ^",
      "  4 |   return y[-1];",
      "  5 | }",
      "",
      "accepted: 0 … 2",
      "",
      "model.ts:4:12 - error FG304: index -1 is negative",
      "",
      "  2 |   const y = new Float64Array(3);",
      "  3 |   y[3] = x;",
      "  4 |   return y[-1];",
      "    |            ^~",
      "  5 | }",
      "",
      "accepted: 0 or more: in TypeScript an index does not count from the end",
      "hint: write x[x.length - 1]",
    ],
  ],
  [
    "FG201 unset before the loop",
    `import { type Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">) {
  let last;
  for (let i = 0; i < x.length; i++) {
    if (x[i] > 0) last = x[i];
  }
  return last;
}`,
    [
      "model.ts:7:10 - error FG201: `last` may have no value here",
      "",
      "  5 |     if (x[i] > 0) last = x[i];",
      "  6 |   }",
      "  7 |   return last;",
      "    |          ^~~~",
      "  8 | }",
      "",
      "model.ts:3:7 - note: it is declared here",
      "",
      "  3 |   let last;",
      "    |       ^~~~",
      "",
      "accepted: a name that every path before has assigned to",
    ],
  ],
  [
    "FG205 recursion in a loop",
    `function g(x: number): number {
  let s = x;
  for (let i = 0; i < 100; i++) s += g(s);
  return s;
}
export function f(x: number) {
  return g(x);
}`,
    [
      "model.ts:3:38 - error FG205: `g` calls itself",
      "",
      "  1 | function g(x: number): number {",
      "  2 |   let s = x;",
      "  3 |   for (let i = 0; i < 100; i++) s += g(s);",
      "    |                                      ^~~~",
      "  4 |   return s;",
      "  5 | }",
      "",
      "model.ts:1:10 - note: `g` is declared here",
      "",
      "  1 | function g(x: number): number {",
      "    |          ^",
      "",
      "accepted: functions that do not lead back to themselves",
      "hint: write the repetition as a `for` loop, or as an operation over a tensor",
    ],
  ],
  [
    "error in a body",
    `import { type Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">) {
  let s = 0;
  for (let i = 0; i < x.length; i++) s += y[i];
  return s;
}`,
    [
      "model.ts:4:43 - error FG201: `y` is not known here",
      "",
      '  2 | export function f(x: Tensor<["N"], "f64">) {',
      "  3 |   let s = 0;",
      "  4 |   for (let i = 0; i < x.length; i++) s += y[i];",
      "    |                                           ^",
      "  5 |   return s;",
      "  6 | }",
      "",
    ],
  ],
];

test.each(programs)("%s", (_title, text, shown) => {
  const { frames } = elaborateFiles({ "model.ts": text });
  expect(frames.join("\n\n").split("\n")).toEqual(shown);
});
