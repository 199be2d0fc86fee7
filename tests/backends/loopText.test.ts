import { describe, expect, test } from "vitest";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile } from "../../compiler/pipeline.js";

const rosenbrock = `
  let s = 0;
  for (let i = 0; i < x.length - 1; i++) {
    const a = x[i + 1]! - x[i]! * x[i]!;
    const b = 1 - x[i]!;
    s += 100 * a * a + b * b;
  }
  return s;`;

const recurrence = `
  let s = 1;
  for (let i = 0; i < x.length; i++) {
    const a = s * x[i]!;
    const b = Math.sin(a) + a * x[i]!;
    s = a * b + Math.cos(s);
  }
  return s;`;

const nested = `
  let s = 1;
  for (let i = 0; i < x.length - 1; i++) {
    let v = x[i]! * s;
    for (let j = i + 1; j < x.length; j++) v = v * Math.cos(v * x[j]!);
    s += Math.sin(v);
  }
  return s;`;

function gradient(body: string, level: 0 | 2): readonly string[] {
  const source = `import { matmul, sum, tanh, zeros, type Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">): number {${body}
}
`;
  return gradientOf(source, level);
}

function gradientOf(source: string, level: 0 | 2): readonly string[] {
  const { code } = compile({ entry: "model.ts", files: { "model.ts": source } }, { level });
  return code.slice(code.indexOf("export function fGrad")).split("\n");
}

const isHeading = (line: string) => /^ *\/\/ (backward of )?\(\d+\)/.test(line);

/** The lines inside the loops of a pass. */
function bodies(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.startsWith("    "));
}

describe.each([0, 2] as const)("the text of loops at -O%d", (level) => {
  test.each([
    ["a loop", recurrence],
    ["a loop in a loop", nested],
  ])("%s: its own line is quoted before it alone", (_name, body) => {
    const lines = gradient(body, level);
    const quotes = lines.filter((line) => /\/\/ \(1\) for/.test(line));
    expect(quotes).toEqual(quotes.map(() => "  // (1) for " + (quotes[0]?.split("for ")[1] ?? "")));
    expect(quotes).toHaveLength(2);
    expect(lines.filter((line) => /^ {6,}\/\/ .*for \(/.test(line))).toEqual([]);
  });

  test("records and new values belong to the line before", () => {
    const forward = bodies(gradient(recurrence, level).slice(0, -1));
    const end = forward.findIndex((line) => /^ *s = /.test(line));
    expect(end).toBeGreaterThan(0);
    const headings = forward.slice(0, end).filter(isHeading);
    expect(headings).toHaveLength(3);
    expect(new Set(headings).size).toBe(3);
    const records = forward.findIndex((line) => /ss\[i\] = s;/.test(line));
    expect(isHeading(forward[records - 1] ?? "")).toBe(false);
  });

  test("no heading is without a line", () => {
    const after = [rosenbrock, recurrence, nested, "return x.length;"].flatMap((body) => {
      const lines = gradient(body, level);
      return lines.filter((_, i) => lines[i - 1]?.trim() === "// backward of");
    });
    expect(after.filter((line) => !isHeading(line))).toEqual([]);
  });
});

describe("the text of loops", () => {
  test("a fused loop has forward lines first, then backward ones", () => {
    const lines = bodies(gradient(rosenbrock, 2));
    const headings = lines.filter(isHeading).map((line) => line.trim().replace(/\).*/, ")"));
    const isBackward = (heading: string) => heading.includes("backward of");
    const first = headings.findIndex(isBackward);
    expect(headings.slice(0, first)).toEqual(["// (2)", "// (3)", "// (4)"]);
    expect(headings.slice(first).every(isBackward)).toBe(true);
    expect(headings[first]).toBe("// backward of (4)");
    expect(new Set(headings).size).toBe(headings.length);
  });

  test("backward work of a loop is told line by line, from the last to the first", () => {
    const lines = gradient(recurrence, 0);
    const backward = bodies(lines.slice(lines.indexOf("  // backward of")));
    const numbers = backward
      .filter((line) => isHeading(line))
      .map((line) => Number(/\((\d+)\)/.exec(line)?.[1]));
    // What is computed again comes first.
    expect(numbers).toEqual([2, 4, 3, 2]);
  });

  test("a number stored everywhere is a fill", () => {
    const lines = gradient("return 3;", 2).join("\n");
    expect(lines).toContain("dx.fill(0);");
    expect(lines).not.toContain("for (");
  });

  const recurrent = `import { matmul, sum, tanh, zeros, type Tensor } from "flatgrad";
export function f(x: Tensor<["T", 4], "f64">, W: Tensor<[4, 4], "f64">): number {
  let h: number = zeros([4]);
  for (let t = 0; t < x.length; t++) h = tanh(matmul(W, h) + x[t]!);
  return sum(h * h);
}
`;

  test.each([0, 2] as const)("at -O%d the author's names are not displaced", (level) => {
    const heads = gradientOf(recurrent, level).filter((line) => /^ *for \(let t/.test(line));
    expect(heads).toEqual([
      "  for (let t = 0; t < T; t++) {",
      "  for (let t = T - 1; t >= 0; t--) {",
    ]);
  });

  test("a carried vector that is a product has its value", () => {
    const options = { target: "js", level: 2 } as const;
    const { code } = compile({ entry: "model.ts", files: { "model.ts": recurrent } }, options);
    const module = evaluateModule(code);
    const x = Float64Array.from({ length: 8 }, (_, i) => Math.sin(i + 1));
    const W = Float64Array.from({ length: 16 }, (_, i) => 0.3 * Math.cos(3 * i));
    let h = [0, 0, 0, 0];
    for (let t = 0; t < 2; t++)
      h = h.map((_, i) => {
        const row = h.reduce((total, value, j) => total + (W[i * 4 + j] ?? NaN) * value, 0);
        return Math.tanh(row + (x[t * 4 + i] ?? NaN));
      });
    const work = module.get("createFWork")?.({ T: 2 });
    const expected = h.reduce((total, value) => total + value * value, 0);
    expect(module.get("f")?.({ x, W }, work)).toBeCloseTo(expected, 12);
  });
});
