import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DiagnosticSink } from "../../compiler/diagnostic.js";
import { findTooDeep, MAX_DEPTH, withinStack } from "../../compiler/syntax/depth.js";
import { math, typescript, type Parsed } from "./support.js";

const MATH_PROGRAMS = [
  "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); num / sigx^2",
  "f(x: f64[N, 3], y: i32[2 * N]) = {\n  a = x @ y.T # note\n  a += softmax(a, axis=-1)[1:3, ::2, None]\n  a }\ng(z) = f(z, [1, 2]) > 0 ? z : -z",
  'not x == y and !z || einsum("i,i->", x, y) >= 1e-3',
];

const TYPESCRIPT_PROGRAMS = [
  `import { matmul, relu, type Param, type Tensor } from "flatgrad";
/** Two layers. @gradient W */
export function loss(x: Tensor<["N", 4]>, { W, b }: { W: Param<[4, 2]>; b: number }) {
  let h = relu(matmul(x, W) + b);
  for (let i = 0; i < 3; i++) { if (b > 0 && !h) h *= 2; else return h[0]; }
  const [p, , q] = g(h, { axis: 0, keepDims: true }), r = (v: number) => v ** 2;
  return b > 0 ? { value: h, p } : new Float64Array(q! as number);
}`,
  `type A = readonly [a: number, { b: typeof N }];
const N = 3, f = (x: number): A => ({ x, "y": \`a\${x}\` });
while (async () => await x?.y) { var a = <T>b; /re/; @d class {} }`,
];

const FRAGMENTS = [
  ...Array.from("()[]{}<>=+-*/%^@!?:;,.'\"`#&|~\\\n\t 0x_é²\u2028\ud800"),
  "=>",
  "**",
  "...",
  "?.",
  "${",
  "/*",
  "//",
  "1e9",
  "async ",
  "for (",
  "f(",
];

/** A program with some pieces cut out, doubled, or replaced by fragments. */
function mutated(programs: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(1000),
    cut: fc.nat(12),
    paste: fc.constantFrom("", ...FRAGMENTS),
    times: fc.nat(4),
  });
  return fc
    .tuple(fc.constantFrom(...programs), fc.array(edit, { maxLength: 6 }))
    .map(([program, edits]) =>
      edits.reduce((text, { at, cut, paste, times }) => {
        const start = at % (text.length + 1);
        const end = start + cut;
        return text.slice(0, start) + paste.repeat(times) + text.slice(end);
      }, program),
    );
}

const arbitraryText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .array(fc.constantFrom(...FRAGMENTS, "x", "sum", "const ", "return "), {
      maxLength: 60,
    })
    .map((parts) => parts.join("")),
);

/** Whatever the text: no exception, and every diagnostic stands inside the text. */
function expectSound(text: string, { module, diagnostics }: Parsed): void {
  for (const { code, span, message } of diagnostics) {
    expect(code).toMatch(/^FG1\d\d$/);
    expect(message).not.toMatch(/\.$|^$/);
    expect(span).toBeDefined();
    const { start, end } = span ?? { start: -1, end: -1 };
    expect(0 <= start && start <= end && end <= text.length).toBe(true);
  }
  expect(findTooDeep(module.functions)).toBeUndefined();
}

describe("any text", () => {
  it("is parsed or refused as a math string", () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText, mutated(MATH_PROGRAMS)), (text) => {
        const parsed = math(text);
        expectSound(text, parsed);
        // A math string means a function or is refused; none is lost silently.
        const { module, diagnostics } = parsed;
        expect(module.functions.length + diagnostics.length).not.toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it("is parsed or refused as TypeScript", () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText, mutated(TYPESCRIPT_PROGRAMS)), (text) =>
        expectSound(text, typescript(text)),
      ),
      { numRuns: 1000 },
    );
  });
});

const DEEP = 10_000;

function nest(open: string, inner: string, close: string, depth: number) {
  return open.repeat(depth) + inner + close.repeat(depth);
}

const codesOf = ({ diagnostics }: Parsed): string[] => diagnostics.map(({ code }) => code);

describe("deep nesting", () => {
  it.each([
    ["parentheses", nest("(", "x", ")", DEEP)],
    ["open parentheses", "(".repeat(DEEP)],
    ["lists", nest("[", "x", "]", DEEP)],
    ["calls", nest("f(", "x", ")", DEEP)],
    ["signs", `${"-".repeat(DEEP)}x`],
    ["powers", `${"x^".repeat(DEEP)}x`],
    ["choices", `${"x ? y : ".repeat(DEEP)}x`],
    ["inner choices", `${"x ? ".repeat(DEEP)}x${" : y".repeat(DEEP)}`],
    ["sums", `${"x + ".repeat(DEEP)}x`],
    ["members", `x${".T".repeat(DEEP)}`],
    ["indices", `x${"[0]".repeat(DEEP)}`],
    ["sums of brackets", nest("(", "x", " + x + x)", MAX_DEPTH - 1)],
  ])("of %s is refused in a math string", (_what, text) => {
    expect(codesOf(math(text))).toEqual(["FG104"]);
  });

  it.each([
    ["parentheses", `return ${nest("(", "x", ")", DEEP)};`],
    ["open parentheses", `return ${"(".repeat(DEEP)};`],
    ["lists", `return ${nest("[", "x", "]", DEEP)};`],
    ["objects", `return ${nest("{ a: ", "x", "}", DEEP)};`],
    ["blocks", nest("{", "", "}", DEEP)],
    ["signs", `return ${"- ".repeat(DEEP)}x;`],
    ["powers", `return ${"x ** ".repeat(DEEP)}x;`],
    ["choices", `return ${"x ? x : ".repeat(DEEP)}x;`],
    ["arrows", `return ${"(x) => ".repeat(DEEP)}x;`],
    ["branches", `${"if (x) {} else ".repeat(DEEP)}x;`],
    ["loops", `${"for (;;) ".repeat(DEEP)}x;`],
    ["sums", `return ${"x + ".repeat(DEEP)}x;`],
    ["members", `return x${".T".repeat(DEEP)};`],
    ["calls", `return x${"()".repeat(DEEP)};`],
    ["assertions", `return x${"!".repeat(DEEP)};`],
    ["comparisons", `return ${"x < ".repeat(DEEP)}x;`],
    ["templates", `return ${nest("`${", "x", "}`", DEEP)};`],
  ])("of %s is refused in TypeScript", (_what, body) => {
    const text = `export function f(x: number) { ${body} }`;
    expect(codesOf(typescript(text))).toEqual(["FG104"]);
  });

  it("of types is refused", () => {
    const nested = `type A = ${nest("A<", "1", ">", DEEP)};`;
    expect(codesOf(typescript(nested))).toEqual(["FG104"]);
    const tuples = `type A = ${nest("[", "1", "]", MAX_DEPTH)};`;
    expect(codesOf(typescript(tuples))).toEqual(["FG104"]);
  });

  it("is accepted up to a few hundred levels", () => {
    for (const inner of [
      nest("(", "x", ")", 400),
      nest("sin(", "x", ")", 200),
      `${"x + ".repeat(400)}x`,
    ]) {
      expect(codesOf(math(inner))).toEqual([]);
      const text = `export function f(x: number) { return ${inner}; }`;
      expect(codesOf(typescript(text))).toEqual([]);
    }
  });

  it("names the depth and the limit", () => {
    const text = `const a = ${nest("(", "1", ")", 600)};`;
    expect(typescript(text).diagnostics[0]).toMatchObject({
      message: "this is nested too deeply: 600 levels",
      accepted: expect.stringContaining("at most 500 levels"),
      span: { start: 10 + 599, end: 10 + 600 },
    });
  });

  it("is refused too where the stack ends before the limit", () => {
    const sink = new DiagnosticSink();
    const endless = (): number => endless() + 1;
    expect(withinStack(sink, "model.ts", endless, -1)).toBe(-1);
    expect(sink.diagnostics.map(({ code }) => code)).toEqual(["FG104"]);
    const broken = () => {
      throw new TypeError("a bug");
    };
    expect(() => withinStack(sink, "model.ts", broken, 0)).toThrow("a bug");
  });

  it("leaves nothing behind for the next file", () => {
    const arrow = `${" ".repeat(20)}const a = (x: number) => x;`;
    const before = typescript(arrow);
    for (let shift = 0; shift < 30; shift += 1) {
      typescript(`${" ".repeat(shift)}${"((a)".repeat(DEEP)}`);
      typescript(`${" ".repeat(shift)}${"- (a) ".repeat(DEEP)}`);
    }
    expect(typescript(arrow)).toEqual(before);
    expect(before.module.functions).toHaveLength(1);
  });
});

describe("what keeps TypeScript's parser busy", () => {
  it.each([
    ["async(a=", "FG109"],
    ["@<<(b", "FG109"],
    ["extends <<T><b\n\n", "FG109"],
    ["(<{abstract :=?{", "FG109"],
    ["[<<{", "FG109"],
    ["is <<b", "FG104"],
    ["a\n<<infer extends class ", "FG104"],
    ["a<{[()=>{\n", "FG104"],
  ])("is refused before it: %j", (piece, code) => {
    const { diagnostics } = typescript(`x=${piece.repeat(40)}`);
    expect(new Set(diagnostics.map((one) => one.code))).toEqual(new Set([code]));
  });

  it("is counted in the hint's terms", () => {
    const text = `const a = ${"x < ".repeat(20)}x;`;
    expect(typescript(text).diagnostics).toMatchObject([
      {
        message: "20 `<` are open here at once",
        accepted: "at most 10",
        hint: "end statements with `;`, and put comparisons in parentheses",
      },
    ]);
  });

  it("does not hit comparisons", () => {
    const lines = "if (x < 1 && p[0]! < 2) { y = (x) < 3\n }\nz = x < 4\n".repeat(50);
    const text = `export function f(x: number) {\n${lines}}`;
    expect(typescript(text).diagnostics).toEqual([]);
  });
});
