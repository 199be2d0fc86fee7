import { describe, expect, it } from "vitest";
import { found, math, showFunctions } from "./support.js";

/** The result of a string of one expression, fully bracketed. */
function grouped(text: string): string | undefined {
  const { module, diagnostics } = math(text);
  expect(diagnostics).toEqual([]);
  return showFunctions(module)[0]?.replace(/^f\(.*?\): return /, "");
}

describe("expressions of math strings", () => {
  it.each([
    ["-x^2", "(-(x ** 2))"],
    ["2^-1", "(2 ** (-1))"],
    ["2^-x^2", "(2 ** (-(x ** 2)))"],
    ["x^2^3", "(x ** (2 ** 3))"],
    ["x ** 2 * 3", "((x ** 2) * 3)"],
    ["-x * y", "((-x) * y)"],
    ["a - b - c", "((a - b) - c)"],
    ["a + x @ w * 2", "(a + ((x @ w) * 2))"],
    ["a / b % c", "((a / b) % c)"],
    ["(a + b) * c", "((a + b) * c)"],
    ["a < b && c >= d || !e", "(((a < b) && (c >= d)) || (!e))"],
    ["not a == b and c or d", "(((!(a == b)) && c) || d)"],
    ["!a == b", "((!a) == b)"],
    ["a ? b : c ? d : g", "(a ? b : (c ? d : g))"],
    ["x > 0 ? x : -x", "((x > 0) ? x : (-x))"],
    ["--x", "(-(-x))"],
    ["1e-3 + .5 + 1_000 + 2.", "(((0.001 + 0.5) + 1000) + 2)"],
    ["exp(x)^2", "(exp(x) ** 2)"],
    ["softmax(x, axis=-1)", "softmax(x, axis=(-1))"],
    ["conv2d(x, w, stride=2, padding=1,)", "conv2d(x, w, stride=2, padding=1)"],
    ["sum(x, keepDims=True, flag=false)", "sum(x, keepDims=true, flag=false)"],
    ["einsum(\"ij,jk->ik\", a, 'b\\'c')", 'einsum("ij,jk->ik", a, "b\'c")'],
    ["[[1, 2], [x, y],]", "[[1, 2], [x, y]]"],
    ["[]", "[]"],
    ["x[1]", "x[1]"],
    ["x[-1, 2]", "x[(-1), 2]"],
    ["x[1:3, ::2]", "x[1:3:, ::2]"],
    ["x[:, 1:]", "x[::, 1::]"],
    ["x[..., 0]", "x[..., 0]"],
    ["x[:, None, newaxis]", "x[::, newaxis, newaxis]"],
    ["x[a ? 1 : 2 : 3]", "x[(a ? 1 : 2):3:]"],
    ["x.T @ x.shape[0]", "(x.T @ x.shape[0])"],
    ["a, b + 1", "[a, (b + 1)]"],
    ["2 * pi * r + inf", "(((2 * pi) * r) + inf)"],
    ["σ * θ", "(σ * θ)"],
  ])("groups %s", (text, expected) => {
    expect(grouped(text)).toBe(expected);
  });

  it("gives every node its place, brackets included", () => {
    const text = "y = (a + b) * c";
    const [declared] = math(text).module.functions[0]?.body ?? [];
    expect(declared?.span).toMatchObject({ start: 0, end: text.length });
    const value = declared?.kind === "declare" ? declared.value : undefined;
    const left = value?.kind === "binary" ? value.left : undefined;
    expect(text.slice(left?.span.start, left?.span.end)).toBe("(a + b)");
  });
});

describe("functions of math strings", () => {
  it("makes f of the lecture's listing, parameters in alphabetical order", () => {
    const { module, diagnostics } = math(
      "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); xpy = x + y; " +
        "xpysqr = xpy^2; den = sigx + xpysqr; num / den",
    );
    expect(diagnostics).toEqual([]);
    expect(showFunctions(module)).toEqual([
      "f(x, y): let sigy = sigmoid(y); let num = (x + sigy); " +
        "let sigx = sigmoid(x); let xpy = (x + y); let xpysqr = (xpy ** 2); " +
        "let den = (sigx + xpysqr); return (num / den)",
    ]);
  });

  it.each([
    ["w10 * w2 + w1 + x + e * pi", "f(e, w1, w2, w10, x)"],
    ["B + a + A + a01 + a1", "f(A, B, a, a01, a1)"],
    ["x = 3; x + y", "f(y)"],
    ["y = x; x = y + 1; x * y", "f(x)"],
    ["s += x; s", "f(s, x)"],
    ["g(x)", "f(x)"],
    ["sum(x, axis=axis0)", "f(axis0, x)"],
    ["1 + 2", "f()"],
  ])("finds the free names of %s", (text, header) => {
    expect(showFunctions(math(text).module)[0]).toMatch(`${header}: `);
  });

  it("declares a name once and assigns to it after that", () => {
    const text = "f(x) = {\n a = x\n a = a * 2\n a += 1; x -= a\n a ^= 2\n}";
    expect(showFunctions(math(text).module)).toEqual([
      "f(x): let a = x; a = (a * 2); a += 1; x -= a; a **= 2; return a",
    ]);
  });

  it.each([
    ["y = x^2", "let y = (x ** 2); return y"],
    ["a, b = g(x); a * b", "let [a, b] = g(x); return (a * b)"],
    ["a, b = g(x)", "let [a, b] = g(x); return [a, b]"],
    ["v[0] = x; v", "v[0] = x; return v"],
    ["a = 1 # comment; 2\n// another\n\na + x", "let a = 1; return (a + x)"],
    ["a = x +\n  1; a,\n2", "let a = (x + 1); return [a, 2]"],
    ["a = (x\n + 1\n)\na", "let a = (x + 1); return a"],
    ["a = x and\r\n y\r\na", "let a = (x && y); return a"],
  ])("reads the statements of %s", (text, body) => {
    const { module, diagnostics } = math(text);
    expect(diagnostics).toEqual([]);
    expect(showFunctions(module)[0]?.replace(/^.*?\): /, "")).toBe(body);
  });

  it("reads several definitions, then statements as one more", () => {
    const text = "g(x, y) = x * y\nh(x) = {\n  a = g(x, 2); a + 1 }\n\nh(z)";
    const { module, diagnostics } = math(text);
    expect(diagnostics).toEqual([]);
    expect(showFunctions(module)).toEqual([
      "g(x, y): return (x * y)",
      "h(x): let a = g(x, 2); return (a + 1)",
      "f(z): return h(z)",
    ]);
    expect(module.functions.every(({ exported }) => exported)).toBe(true);
  });

  it("reads the types of parameters", () => {
    const text = "f(x: f64[N, 3], y: i32[2 * N], s: [3], t, b: bool) = t";
    const [parsed] = math(text).module.functions;
    const types = parsed?.parameters.map(({ type }) => type);
    expect(types).toMatchObject([
      {
        kind: "array",
        element: "f64",
        shape: [{ name: "N" }, { value: 3 }],
      },
      { kind: "array", element: "i32", shape: [{ operator: "*" }] },
      { kind: "array", shape: [{ value: 3 }] },
      undefined,
      { kind: "name", name: "bool" },
    ]);
    expect(types?.[2]).toHaveProperty("element", undefined);
  });
});

describe("problems in math strings", () => {
  it.each([
    ["", ["FG117 [] there is no result here"]],
    ["# nothing", ["FG117 [] there is no result here"]],
    ["x +", ["FG101 [] unexpected end of the text"]],
    ["x + ; y", ["FG101 [;] unexpected `;`"]],
    ["a b", ["FG101 [b] unexpected name `b`"]],
    ["a < b < c", ["FG101 [<] unexpected `<`"]],
    ["x = y = 2", ["FG101 [=] unexpected `=`"]],
    ["2x", ["FG103 [2x] `2x` is not a number"]],
    ["1.2.3", ["FG103 [1.2.3] `1.2.3` is not a number"]],
    ["1e999", ["FG103 [1e999] `1e999` is larger than any f64"]],
    ["(x + 1", ["FG102 [(] `(` is never closed"]],
    ["sum(x y)", ["FG101 [y] unexpected name `y`"]],
    ["x)", ["FG101 [)] unexpected `)`"]],
    ["f(x) = { x", ["FG102 [{] `{` is never closed"]],
    ["f(x) = { }", ["FG117 [{ }] there is no result here"]],
    ["'abc", ["FG102 ['abc] this string is not closed on its line"]],
    ["x'", ["FG102 ['] this string is not closed on its line"]],
    ["θ₁ + 1", ["FG114 [₁] `₁` has no meaning in a math string"]],
    ["3 × x", ["FG114 [×] `×` has no meaning in a math string"]],
    ["f(x=2) = x", ["FG108 [x] a parameter has a default value"]],
    ["f(2) = x", ["FG101 [2] unexpected number `2`"]],
    ["f(x) = a = x; a", ["FG101 [=] unexpected `=`"]],
    ["f(x) = x\nf(y)", ["FG115 [f(y)] these statements would make a second function `f`"]],
    ["a = 1; g(x) = x", ["FG115 [g] this definition comes after statements"]],
    ["x + 1 = y", ["FG116 [x + 1] this cannot be assigned to"]],
    ["a = 1; a, b = g(x); b", ["FG116 [a] `a` has a value already"]],
    ["sum(axis=0, x)", ["FG101 [x] unexpected name `x`"]],
    ["x if y else z", ["FG101 [if] unexpected name `if`"]],
    ["x + and", ["FG101 [and] unexpected name `and`"]],
    ["a = {x}", ["FG101 [{] unexpected `{`"]],
    ["x.2", ["FG101 [.2] unexpected number `.2`"]],
    ["x[]", ["FG101 []] unexpected `]`"]],
  ])("refuses %j", (text, expected) => {
    expect(found(text, math(text))).toEqual(expected);
  });

  it("reports all problems, one for each statement", () => {
    const text = "a = (x + ; b = 2y\nc = a b\nf(x) = \nd § 2; a + c";
    expect(found(text, math(text))).toEqual([
      "FG101 [;] unexpected `;`",
      "FG103 [2y] `2y` is not a number",
      "FG101 [b] unexpected name `b`",
      "FG115 [f] this definition comes after statements",
      "FG114 [§] `§` has no meaning in a math string",
    ]);
  });

  it("says what is accepted, where a bracket opened, and a way out", () => {
    const { diagnostics } = math("sum((x y)");
    expect(diagnostics[0]).toMatchObject({
      accepted: "`)` or `,`",
      notes: [{ message: "`(` was opened here", span: { start: 4, end: 5 } }],
    });
    expect(math("x'").diagnostics[0]?.hint).toContain("`x.T`");
    expect(math("f(x) = a = x; a").diagnostics[0]?.hint).toContain("braces");
    expect(math("a b").diagnostics[0]?.hint).toBe("for a product write `*`");
  });
});
