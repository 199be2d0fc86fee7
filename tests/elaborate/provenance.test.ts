import { describe, expect, test } from "vitest";
import { nodesOf } from "../../compiler/ir/graph.js";
import { body, math, only, quoted, typescript } from "./support.js";

describe("each value quotes the author's statement", () => {
  test("in TypeScript, without keywords, comments and folds", () => {
    const program = typescript(`
      import { relu } from "flatgrad";
      export function f(x: number) {
        const h = relu( // inner
          x * 2,   /* twice */
        );
        let s = h;
        s += 1;
        if (s > 2) { s = "//" === "//" ? s * 3 : 0; }
        return helper(s);
      }
      function helper(u: number) { return u - 1; }`);
    expect(quoted(program)).toEqual([
      "x: number",
      "h = relu( x * 2, )",
      "h = relu( x * 2, )",
      "h = relu( x * 2, )",
      "s += 1",
      "s += 1",
      "if (s > 2)",
      "if (s > 2)",
      's = "//" === "//" ? s * 3 : 0',
      's = "//" === "//" ? s * 3 : 0',
      "if (s > 2)",
      "u - 1",
      "u - 1",
    ]);
  });

  test("in math strings", () => {
    const program = math("f(x) = { a = x ^ 2  # square\n a - \n  1 }");
    expect(quoted(program)).toEqual(["x", "a = x ^ 2", "a = x ^ 2", "a - 1", "a - 1"]);
  });

  test("clipped when long", () => {
    const [, line] = quoted(math(`f(x) = x${" + x".repeat(60)}`));
    expect(line).toMatch(/^x \+ x .*…$/);
    expect(line).toHaveLength(100);
  });

  test("one line object for a statement, one step for an operation", () => {
    const nodes = nodesOf(only(math("f(x) = sin(x * x)")).graph).slice(1);
    const [product, sine] = nodes.map(({ origin }) => origin.step);
    expect(product?.line).toBe(sine?.line);
    expect(product).not.toBe(sine);
    expect(product?.span).toEqual({ file: "model.math", start: 11, end: 16 });
  });
});

describe("names", () => {
  test("go to the value computed last, not to aliases", () => {
    const program = typescript(`export function f(x: number) {
      const a = x;
      const h = a * 2 + 1;
      const alias = h;
      let y = alias * 3;
      y = y * y;
      const { p, q } = pair(y);
      return p * q;
    }
    function pair(u: number) { const inner = u + 1; return { p: inner, q: u + 2 }; }`);
    expect(body(program)).toEqual([
      "%0 = mul(x, 2) : f64",
      "%1:h = add(%0, 1) : f64",
      "%2:y = mul(%1, 3) : f64",
      "%3:y = mul(%2, %2) : f64",
      "%4:inner = add(%3, 1) : f64",
      "%5:q = add(%3, 2) : f64",
      "%6:value = mul(%4, %5) : f64",
    ]);
  });

  test("of the staged example", () => {
    const text =
      "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); xpy = x + y; xpysqr = xpy^2; den = sigx + xpysqr; num / den";
    const nodes = nodesOf(only(math(text)).graph);
    expect(nodes.map(({ name }) => name).filter(Boolean)).toEqual(
      "x y sigy num sigx xpy xpysqr den value".split(" "),
    );
  });
});
