import { describe, expect, it } from "vitest";
import { found, showFunctions, showStatement, typescript } from "./support.js";

/** The statements of a function body, on one line each. */
function statements(body: string): string[] {
  const { module, diagnostics } = typescript(`function f(x: number) {\n${body}\n}`);
  expect(diagnostics).toEqual([]);
  return (module.functions[0]?.body ?? []).map(showStatement);
}

/** The problems of a function body. */
function problems(body: string): string[] {
  const text = `export function f(x: number) {\n${body}\n}`;
  return found(text, typescript(text));
}

describe("statements of TypeScript models", () => {
  it.each([
    ["const a = 1, b = x;", ["const a = 1", "const b = x"]],
    ["let a; a = x", ["let a", "a = x"]],
    [
      "const [a, , b] = g(x), { c, d: [e], 'f': h } = p;",
      ["const [a, , b] = g(x)", "const {c: c, d: [e], f: h} = p"],
    ],
    ["x += 1; x **= 2; x++; --x;", ["x += 1", "x **= 2", "x += 1", "x -= 1"]],
    ["p.w[0] = x; (x) = 2;", ["p.w[0] = x", "x = 2"]],
    [
      "if (x > 0) return 1; else if (x < 0) { x = 1; } return;",
      ["if (x > 0) { return 1 } else { if (x < 0) { x = 1 } else {  } }", "return"],
    ],
    [
      "for (let i = 0, j = 1; i < 3; i++, j--) { s += i; continue; }",
      ["for (let i = 0, let j = 1; (i < 3); i += 1, j -= 1) { s += i; continue }"],
    ],
    ["for (;;) break;", ["for (;; ) { break }"]],
    ["for (const [a, b] of xs) s += a;", ["for [a, b] of xs { s += a }"]],
    ["while (x < 1) x *= 2;", ["while (x < 1) { x *= 2 }"]],
    ["do { x--; } while (x > 1);", ["do { x -= 1 } while (x > 1)"]],
    ["{ x = 1; ; }", ["{ x = 1 }"]],
    ["g(x);", ["g(x)"]],
  ])("converts %s", (body, expected) => {
    expect(statements(body)).toEqual(expected);
  });
});

describe("expressions of TypeScript models", () => {
  it.each([
    ["x! + (x as number)", "(x + x)"],
    ["[1, 2] as const", "[1, 2]"],
    ["{ a: x, 'b': 1, 2: x, x } satisfies P", "{a: x, b: 1, 2: x, x: x}"],
    ["x === 1 && x !== 2 || x == 3", "(((x == 1) && (x != 2)) || (x == 3))"],
    ["-(x ** 2) % 3", "((-(x ** 2)) % 3)"],
    ["0x10 + 1_000 + 1e-3 + .5", "(((16 + 1000) + 0.001) + 0.5)"],
    ["Math.exp(x).T[0][-1]", "Math.exp(x).T[0][(-1)]"],
    ["sum(x, { axis: 0, keepDims: true })", "sum(x, {axis: 0, keepDims: true})"],
    ["x > 0 ? x : !x", "((x > 0) ? x : (!x))"],
    ["map(x, (v, i) => v * i)", "map(x, (=> return (v * i)))"],
    ["map(x, (v) => { return v; })", "map(x, (=> return v))"],
    ["new Float64Array(3)", "new Float64Array(3)"],
    ["reshape<[2, 3]>(x, [2, 3])", "reshape(x, [2, 3])"],
    ['"a\\u0062c"', '"abc"'],
  ])("converts %s", (text, expected) => {
    expect(statements(`return ${text};`)).toEqual([`return ${expected}`]);
  });

  it("gives spans as offsets, without comments around", () => {
    const text =
      "/** Doc. */\nexport function f(x: number) {\n  // note\n  return x + 1; // more\n}\n";
    const [parsed] = typescript(text).module.functions;
    const slice = (span?: { start: number; end: number }) => text.slice(span?.start, span?.end);
    expect(slice(parsed?.nameSpan)).toBe("f");
    expect(slice(parsed?.span)).toMatch(/^export function f[^]*\}$/);
    expect(slice(parsed?.body[0]?.span)).toBe("return x + 1;");
    expect(slice(parsed?.parameters[0]?.span)).toBe("x: number");
  });
});

describe("declarations of TypeScript models", () => {
  it("reads imports of every accepted form", () => {
    const { module, diagnostics } = typescript(
      'import { sum, exp as e, type Tensor } from "flatgrad";\n' +
        'import * as fg from "flatgrad";\nimport type { Layer } from "./layer.js";',
    );
    expect(diagnostics).toEqual([]);
    expect(module.imports.map((one) => `${one.imported} ${one.local} ${one.from}`)).toEqual([
      "sum sum flatgrad",
      "exp e flatgrad",
      "Tensor Tensor flatgrad",
      "* fg flatgrad",
      "Layer Layer ./layer.js",
    ]);
  });

  it("reads types", () => {
    const { module, diagnostics } = typescript(`
      type Image = Tensor<["N", typeof SIZE, 3], "f64">;
      interface Layer { W: Param<[2, 3]>; readonly b: fg.Param<[-1]>; "c": (number); }
      export type Pair = readonly [a: number, b: { c: boolean }];`);
    expect(diagnostics).toEqual([]);
    expect(module.types).toMatchObject([
      {
        name: "Image",
        type: {
          kind: "name",
          name: "Tensor",
          arguments: [
            {
              kind: "tuple",
              elements: [
                { kind: "literal", value: "N" },
                { kind: "typeof", name: "SIZE" },
                { kind: "literal", value: 3 },
              ],
            },
            { kind: "literal", value: "f64" },
          ],
        },
      },
      {
        name: "Layer",
        type: {
          kind: "object",
          fields: [
            { name: "W", type: { kind: "name", name: "Param" } },
            {
              name: "b",
              type: {
                name: "fg.Param",
                arguments: [{ elements: [{ value: -1 }] }],
              },
            },
            { name: "c", type: { name: "number" } },
          ],
        },
      },
      {
        name: "Pair",
        type: {
          kind: "tuple",
          elements: [
            { name: "number" },
            { kind: "object", fields: [{ type: { name: "boolean" } }] },
          ],
        },
      },
    ]);
  });

  it("reads constants and functions, and which are exported", () => {
    const { module, diagnostics } = typescript(`
      "use strict";
      const RATE = 1e-3, SIZES = [2, 3];
      export const TWO = 2;
      function hidden(x: number) { return x; }
      export const square = (x: number): number => x * x;
      const cube = function (x: number) { return x ** 3; };
      export default function main({ W, b }: Layer, [p, q]: Pair) { return W; }
      function late(x: number) { return x; }
      export { late, RATE };
      export type { Layer };
      export {};`);
    expect(diagnostics).toEqual([]);
    expect(module.constants.map(({ name, exported }) => [name, exported])).toEqual([
      ["RATE", true],
      ["SIZES", false],
      ["TWO", true],
    ]);
    expect(showFunctions(module)).toEqual([
      "hidden(x): return x",
      "square(x): return (x * x)",
      "cube(x): return (x ** 3)",
      "main({W: W, b: b}, [p, q]): return W",
      "late(x): return x",
    ]);
    expect(module.functions.map(({ exported }) => exported)).toEqual([
      false,
      true,
      false,
      true,
      true,
    ]);
    expect(module.functions[1]?.returnType).toMatchObject({ name: "number" });
  });

  it("reads the documentation comment and its tags", () => {
    const { module } = typescript(`
      /** Not this one. */
      /**
       * Two layers,
       *   with {@link relu}.
       *
       * @gradient W1
       *   b1
       * @example
       * loss(x)
       */
      export function loss(x: number) { return x; }
      /* no documentation */
      export const g = (x: number) => x;`);
    expect(module.functions[0]).toMatchObject({
      doc: "Two layers,\n  with {@link relu}.",
      tags: [
        { name: "gradient", text: "W1\n  b1" },
        { name: "example", text: "loss(x)" },
      ],
    });
    expect(module.functions[1]).toMatchObject({ tags: [] });
    expect(module.functions[1]?.doc).toBeUndefined();
  });
});

describe("what TypeScript models may not contain", () => {
  it.each([
    ["switch (x) {}", "FG105 [switch (x) {}] a `switch` statement is not accepted"],
    ["try { } finally { }", "FG105 [try { } finally { }] a `try` statement is not accepted"],
    ["throw x;", "FG105 [throw x;] a `throw` statement is not accepted"],
    ["class A {}", "FG105 [class A {}] a class declaration is not accepted"],
    ["enum A {}", "FG105 [enum A {}] an enum is not accepted"],
    ["function g() {}", "FG105 [function g() {}] a function inside a function is not accepted"],
    ["type A = number;", "FG105 [type A = number;] a type alias inside a function is not accepted"],
    ["for (const k in x) {}", "FG105 [for (const k in x) {}] a `for … in` loop is not accepted"],
    ["a: for (;;) {}", "FG105 [a: for (;;) {}] a label is not accepted"],
    ["for (;;) break a;", "FG105 [break a;] a jump to a label is not accepted"],
    ["debugger;", "FG105 [debugger;] a `debugger` statement is not accepted"],
    ["return `a${x}`;", "FG106 [`a${x}`] a template string is not accepted"],
    ["return `a`;", "FG106 [`a`] a template string is not accepted"],
    ["return f`a`;", "FG106 [f`a`] a tagged template string is not accepted"],
    ["return /a/;", "FG106 [/a/] a regular expression is not accepted"],
    ["return 1n;", "FG106 [1n] a bigint is not accepted"],
    ["return [...x];", "FG106 [...x] a spread `...` is not accepted"],
    ["return f(...x);", "FG106 [...x] a spread `...` is not accepted"],
    ["return { ...x };", "FG106 [...x] a spread `...` in an object is not accepted"],
    ["return [1, , 2];", "FG106 [] a hole in an array is not accepted"],
    ["return { [x]: 1 };", "FG106 [[x]] a computed property name is not accepted"],
    ["return { a() {} };", "FG106 [a() {}] a method is not accepted"],
    ["return { get a() { return 1; } };", "FG106 [get a() { return 1; }] a getter is not accepted"],
    ["return x?.y;", "FG106 [x?.y] optional chaining `?.` is not accepted"],
    ["return x?.[0];", "FG106 [x?.[0]] optional chaining `?.` is not accepted"],
    ["return f?.(0);", "FG106 [f?.(0)] optional chaining `?.` is not accepted"],
    ["return this;", "FG106 [this] `this` is not accepted"],
    ["return <number>x;", "FG106 [<number>x] a type before a value is not accepted"],
    ["return null;", "FG106 [null] `null` is not accepted"],
    ["return typeof x;", "FG106 [typeof x] `typeof` of a value is not accepted"],
    ["return function () {};", "FG106 [function () {}] a `function` expression is not accepted"],
    ["return class {};", "FG106 [class {}] a class expression is not accepted"],
    ['return import("a");', "FG106 [import] a dynamic `import()` is not accepted"],
    ["return new a.B();", "FG106 [new a.B()] `new` with anything but a name is not accepted"],
    ["return await x;", "FG106 [await x] `await` is not accepted"],
    ["return async () => x;", "FG109 [async () => x] an `async` function is not accepted"],
    ["return (a = 1) => a;", "FG108 [a = 1] a default parameter value is not accepted"],
    ["var a = 1;", "FG112 [var a = 1] `var` is not accepted"],
    ["using a = x;", "FG112 [using a = x] `using` is not accepted"],
    ["const a;", "FG112 [a] this declaration has no value"],
    ["const { a = 1 } = x;", "FG112 [a = 1] a default value in a pattern is not accepted"],
    ["const [...a] = x;", "FG112 [...a] a rest element `...` in a pattern is not accepted"],
    ["for (a of x) {}", "FG112 [a] this loop declares no name"],
    ["return x >> 1;", "FG113 [x >> 1] the operator `>>` is not accepted"],
    ["return x ?? 1;", "FG113 [x ?? 1] the operator `??` is not accepted"],
    ["return x, 1;", "FG113 [x, 1] the operator `,` is not accepted"],
    ["return ~x;", "FG113 [~x] the operator `~` is not accepted"],
    ["x ??= 1;", "FG113 [x ??= 1] the operator `??=` is not accepted"],
    ["return x = 1;", "FG116 [x = 1] an assignment inside an expression is not accepted"],
    ["return x++;", "FG116 [x++] `++` or `--` inside an expression is not accepted"],
    ["[a, b] = x;", "FG116 [[a, b] = x] this cannot be assigned to"],
    ["return (", "FG101 [}] Expression expected"],
  ])("refuses %s in a function", (body, expected) => {
    expect(problems(body)).toContain(expected);
  });

  it.each([
    ["class A {}", "FG105 [class A {}] a class declaration is not accepted"],
    ["namespace A {}", "FG105 [namespace A {}] a namespace is not accepted"],
    ["f(1);", "FG107 [f(1);] a statement at the top of a file is not accepted"],
    ["if (1) {}", "FG107 [if (1) {}] a statement at the top of a file is not accepted"],
    [
      "declare const a: number;",
      "FG107 [declare const a: number;] a `declare` statement is not accepted",
    ],
    ["function f(x?: number) {}", "FG108 [x?: number] an optional parameter is not accepted"],
    ["function f(...x: Xs) {}", "FG108 [...x: Xs] a rest parameter is not accepted"],
    ["function f(this: A) {}", "FG108 [this: A] a `this` parameter is not accepted"],
    ["function f(x) {}", "FG108 [x] the parameter `x` has no type"],
    ["const f = ({ a }) => a;", "FG108 [{ a }] this parameter has no type"],
    ["function* f() {}", "FG109 [function* f() {}] a generator function is not accepted"],
    ["async function f() {}", "FG109 [async function f() {}] an `async` function is not accepted"],
    ["function f<T>() {}", "FG109 [T] a type parameter is not accepted"],
    [
      "function f(): number;",
      "FG109 [function f(): number;] a function without a body is not accepted",
    ],
    [
      "export default function () {}",
      "FG109 [export default function () {}] a function without a name is not accepted",
    ],
    ["type A = any;", "FG110 [any] the type `any` is not accepted"],
    ["type A = number[];", "FG110 [number[]] an array type is not accepted"],
    ["type A = 1 | 2;", "FG110 [1 | 2] a union type is not accepted"],
    ["type A<T> = T;", "FG110 [T] a type parameter is not accepted"],
    ["type A = [a?: number];", "FG110 [a?: number] an optional or rest element is not accepted"],
    ["type A = true;", "FG110 [true] this literal type is not accepted"],
    ["interface A extends B {}", "FG110 [extends B] `extends` on an interface is not accepted"],
    ["interface A { f(): void }", "FG110 [f(): void] a method in a type is not accepted"],
    ["interface A { a?: number }", "FG110 [a?: number] an optional field is not accepted"],
    ["interface A { a }", "FG110 [a] the field `a` has no type"],
    ["interface A { [x]: number }", "FG110 [[x]] a computed name in a type is not accepted"],
    ['import "a";', 'FG111 [import "a";] an import for its side effects is not accepted'],
    ['import a from "a";', 'FG111 [import a from "a";] a default import is not accepted'],
    ['import a = require("a");', 'FG105 [import a = require("a");] `import … =` is not accepted'],
    [
      'export * from "a";',
      'FG111 [export * from "a";] an export from another file is not accepted',
    ],
    ["export { a as b };", "FG111 [a as b] an export under another name is not accepted"],
    [
      "export default 1;",
      "FG111 [export default 1;] an export of anything but a name is not accepted",
    ],
    ["let a = 1;", "FG112 [let a = 1;] `let` at the top of a file is not accepted"],
    ["var a = 1;", "FG112 [var a = 1] `var` is not accepted"],
    ["const [a] = b;", "FG112 [[a] = b] destructuring at the top of a file is not accepted"],
    ["const a: number;", "FG112 [a: number] this declaration has no value"],
  ])("refuses %s at the top of a file", (text, expected) => {
    expect(found(text, typescript(text))).toContain(expected);
  });

  it("reports all problems of a file", () => {
    expect(problems("var a = `b`;\nswitch (x) {}\nreturn a?.b + this;")).toEqual([
      "FG112 [var a = `b`] `var` is not accepted",
      "FG106 [`b`] a template string is not accepted",
      "FG105 [switch (x) {}] a `switch` statement is not accepted",
      "FG106 [a?.b] optional chaining `?.` is not accepted",
      "FG106 [this] `this` is not accepted",
    ]);
  });

  it("says what is accepted and how to rewrite it", () => {
    const { diagnostics } = typescript(
      'import layers from "./layers.js";\nfunction f(x: number[]) { return x; }',
    );
    expect(diagnostics).toMatchObject([
      {
        accepted: '`import { name } from "./file.js"`',
        hint: 'write `import { layers } from "./layers.js"`, and export it by that name',
      },
      {
        accepted: expect.stringContaining("`Tensor<…>`"),
        hint: expect.stringContaining('`Tensor<["N"]>`'),
      },
    ]);
  });
});
