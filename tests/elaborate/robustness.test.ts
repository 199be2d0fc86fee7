import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { elaborateFiles, math, typescript } from "./support.js";

const doubling = (line: (i: number) => string) =>
  Array.from({ length: 60 }, (_, i) => line(i + 1)).join("\n");

/** Programs that grow without bound, or nest too deeply, once elaborated. */
const endless: readonly (readonly [
  title: string,
  language: typeof math,
  text: string,
  code: string,
])[] = [
  [
    "calls that double",
    math,
    `f0(x: f64) = sin(x)\n${doubling((i) => `f${i}(x: f64) = f${i - 1}(x) + f${i - 1}(x)`)}`,
    "FG207",
  ],
  [
    "calls that double without making nodes",
    math,
    `f0(x: f64) = 1\n${doubling((i) => `f${i}(x: f64) = f${i - 1}(1) + f${i - 1}(1)`)}`,
    "FG207",
  ],
  [
    "lists that double",
    math,
    `f(x) = { a0 = [x, x]\n${doubling((i) => `a${i} = [a${i - 1}, a${i - 1}]`)}\na60 }`,
    "FG207",
  ],
  [
    "types that double",
    typescript,
    `type T0 = { a: number; b: number };\n${doubling((i) => `type T${i} = { a: T${i - 1}; b: T${i - 1} };`)}\nexport function f(x: T60) { return 1; }`,
    "FG207",
  ],
  [
    "calls that nest",
    math,
    `f0(x: f64) = x\n${doubling((i) => `f${i}(x: f64) = ${"sin(".repeat(200)}f${i - 1}(x)${")".repeat(200)}`)}`,
    "FG104",
  ],
  [
    "a function applied to itself",
    typescript,
    "export function f(x: number) { const g = (h) => h(h); return g(g); }",
    "FG205",
  ],
  [
    "sizes with too many terms",
    math,
    `f(x: [A, B, C, D, E, F]) = reshape(x, [${"A + B + C + D + E + F + 1, ".repeat(20)} -1])`,
    "FG312",
  ],
];

test.each(endless)("%s: refused", (_title, language, text, code) => {
  expect(language(text).codes).toContain(code);
});

test("a loop is not run when it is compiled", () => {
  const stuck = "for (let i = 0; i < 1; i += 0) s += x;";
  const idle = "for (let i = 0; i < 1e9; i++) for (let j = 0; j < 0; j++) {}";
  const text = `export function f(x: number) { let s = 0; ${stuck} ${idle} return s; }`;
  expect(typescript(text).codes).toEqual([]);
});

test("products of sizes that grow beyond use are computed at run time", () => {
  const text = `f(x: [A, B, C]) = { a = A + B + C\n${doubling(() => "a = a * (A + B + C)")}\nsum(x) * a }`;
  expect(math(text).codes).toEqual([]);
});

const programs = [
  "f(x: [N, 3], w: [3, 4], i: i32[5]) = sum(relu(x @ w)[1:, ::2], axis=0) / N + x[0, i[0]] + take(x, i)[0, 0:2]",
  "f(x, y) = { s = 0; s += x * y; g = s > 1 && x < 2 ? [s, y] : [y, s]; a, b = g; a ^ b }",
  "g(x: f64[2*N, 3], m: bool) = { h = x.T @ x; r = reshape(h, [-1]); c = where(m, r, 0); concat([c, r[None, ...][0]], axis=-1) }",
  "layer(x, w) = relu(x @ w)\nf(x: [4, 3], w: [3, 3]) = mean(layer(layer(x, w), w), axis=[0, 1], keepDims=true)",
  `import * as fg from "flatgrad";
  const K = [1, 2, 3];
  export function f(w: fg.Tensor<[3]>, c: number, flag: boolean, k: fg.Tensor<[], "i32">) {
    let s: number = c;
    for (const v of K) { for (const u of w) { if (u > v && flag) { s += u; } else if (s > 2) { return { s, d: w[0] }; } } }
    let y;
    if (flag) y = w; else { y = w * 2; }
    const h = (a: number, b: number) => { return a + b * K[1]; };
    s **= 2;
    return { s: h(s, fg.sum(y)) - Math.max(1, s, 3) + w[k] * K.length, d: flag ? w[1] : c };
  }`,
].map((text): readonly string[] => text.match(/\w+|\s+|"[^"]*"|[^\w\s]/g) ?? []);
const tokens = programs.flat();

/** A valid program with some of its tokens removed, replaced or repeated. */
const mutated = fc
  .record({
    program: fc.nat({ max: programs.length - 1 }),
    edits: fc.array(
      fc.record({
        at: fc.nat(),
        token: fc.nat({ max: tokens.length - 1 }),
        remove: fc.integer({ min: 0, max: 2 }),
        insert: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ program, edits }) => {
    let text = programs[program] ?? [];
    for (const { at, token, remove, insert } of edits) {
      const inserted = insert ? [tokens[token] ?? ""] : [];
      text = text.toSpliced(at % (text.length + 1), remove, ...inserted);
    }
    return text.join("");
  });

describe("whatever the program is", () => {
  test("it gives valid graphs or diagnostics, and never throws", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const path = text.includes("export") ? "model.ts" : "model.math";
        const { functions, codes } = elaborateFiles({ [path]: text });
        for (const { graph } of functions) verifyGraph(graph);
        const accepted = codes.every((code) => code === "FG404");
        expect(functions.length > 0 || !accepted || path === "model.ts").toBe(true);
      }),
      { numRuns: 1500, seed: 4 },
    );
  });
});
