import { describe, expect, it } from "vitest";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { loadAssembler } from "../../compiler/backends/wasm/assemble.js";
import { compile, type CompileOptions } from "../../compiler/pipeline.js";
import { Draw } from "../support/draw.js";
import { plainFunction } from "../support/plainFunction.js";
import { runMath } from "../support/runModule.js";
import { stripTypes } from "../support/stripTypes.js";

type Result = Readonly<Record<string, number | Float64Array>>;
type Plain = (x: Float64Array, w: number) => number;

const head = `import type { Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">, w: number): number {`;

/** A loop over \`y\` and \`x\` in which iterations touch the elements of those before and after. */
function neighbours(seed: number): string {
  const draw = new Draw(seed);
  const low = draw.below(3);
  const high = draw.below(3);
  const at = (array: string) => {
    const offset = draw.between(-low, high);
    return `${array}[i${offset === 0 ? "" : offset > 0 ? ` + ${offset}` : ` - ${-offset}`}]!`;
  };
  const operand = () => draw.pick([at("x"), at("y"), at("y"), "w", "s"]);
  const value = () =>
    draw.pick([
      `0.5 * ${operand()} - 0.3 * ${operand()}`,
      `Math.sin(${operand()} + ${operand()})`,
      `${operand()} > 0.1 ? 0.4 * ${operand()} : Math.cos(${operand()})`,
    ]);
  const statement = () =>
    draw.pick([
      () => `    ${at("y").slice(0, -1)} = ${value()};`,
      () => `    ${at("y").slice(0, -1)} += ${value()};`,
      () => `    ${at("y").slice(0, -1)} += ${value()};`,
      () => `    const t${draw.between(100, 999)} = ${value()};\n    s = 0.5 * s + t;`,
      () => `    s = 0.3 * s + ${value()};`,
      () => `    if (${at("x")} > ${at("x")}) s += 0.1 * ${at("x")};`,
    ])();
  const lines = Array.from({ length: draw.between(2, 4) }, statement).map((line) => {
    const name = /t\d+/.exec(line)?.[0];
    return name === undefined ? line : line.replace("+ t;", `+ ${name};`);
  });
  const loop = draw.chance(0.5)
    ? `for (let i = ${low}; i < x.length - ${high}; i++)`
    : `for (let i = x.length - ${high + 1}; i >= ${low}; i--)`;
  const start = draw.pick(["", "  for (let k = 0; k < x.length; k++) y[k] = 0.1 * k;"]);
  return `${head}
  let s = 0.2;
  const y = new Float64Array(x.length);
${start}
  ${loop} {
${lines.join("\n")}
  }
  for (let k = 0; k < x.length; k++) s += y[k]! * (k + w);
  return s;
}`;
}

function build(text: string, level: 0 | 2, options: CompileOptions = {}) {
  const files = { "model.ts": text };
  const { code } = compile(
    { entry: "model.ts", files },
    { level, target: "js", verify: level === 2, ...options },
  );
  const module = evaluateModule(code);
  const work = (N: number) => module.get("createFWork")?.({ N });
  return {
    code,
    value: (x: Float64Array, w: number) => Number(module.get("f")?.({ x, w }, work(x.length))),
    gradient: (x: Float64Array, w: number) =>
      module.get("fGrad")?.({ x, w }, work(x.length)) as Result,
  };
}

function plain(text: string): Plain {
  const code = stripTypes(text)
    .replace(/^import .*$/gm, "")
    .replaceAll("export ", "");
  return plainFunction(code, "f") as Plain;
}

const numbers = ({ dw, dx, value }: Result) => [Number(value), Number(dw), ...(dx as Float64Array)];

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number) {
  const scale = Math.max(1, ...expected.map(Math.abs));
  found.forEach((one, i) => {
    expect(Math.abs(one - expected[i]!)).toBeLessThanOrEqual(tolerance * scale);
  });
}

/** The gradient by central differences of fourth order. */
function differences(f: Plain, x: Float64Array, w: number): readonly number[] {
  const h = 1e-4;
  const slope = (at: (by: number) => number) =>
    (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
  return [
    slope((by) => f(x, w + by)),
    ...[...x].map((one, i) => slope((by) => f(x.with(i, one + by), w))),
  ];
}

const isCarried = (code: string) => /\w+_(i|next|before)\d* = /.test(code);

describe("elements carried from one iteration to the next", () => {
  it("are what memory would hold, at random and whatever the size", () => {
    let carried = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const text = neighbours(seed);
      const [slow, fast] = [build(text, 0), build(text, 2)];
      const f = plain(text);
      if (isCarried(fast.code)) carried++;
      const draw = new Draw(seed);
      for (const size of [0, 1, 2, 3, 4, 5, 9]) {
        const x = Float64Array.from({ length: size }, () => 2 * draw.number() - 1);
        expectClose([fast.value(x, 0.7)], [f(x, 0.7)], 1e-13);
        expectClose(numbers(fast.gradient(x, 0.7)), numbers(slow.gradient(x, 0.7)), 1e-12);
      }
    }
    expect(carried).toBeGreaterThan(30);
  });

  it("have the slopes of differences where no branch changes", () => {
    let judged = 0;
    for (let seed = 100; judged < 12; seed++) {
      const text = neighbours(seed);
      if (text.includes(" > ")) continue;
      judged++;
      const x = Float64Array.from({ length: 6 }, (_, i) => Math.sin(1 + 2 * i));
      const [, ...slopes] = numbers(build(text, 2).gradient(x, 0.7));
      expectClose(slopes, differences(plain(text), x, 0.7), 1e-8);
    }
  });

  it("are read and written like this", () => {
    const { code } = build(
      `${head}
  let s = w;
  for (let i = 0; i < x.length - 1; i++) {
    const t = x[i + 1]! - x[i]! * x[i]!;
    s += t * t;
  }
  return s;
}`,
      2,
    );
    const gradient = code.slice(code.indexOf("export function fGrad"));
    expect(gradient.slice(gradient.indexOf("// (1)"), gradient.indexOf("const { result }")))
      .toMatchInlineSnapshot(`
        "// (1) for (let i = 0; i < x.length - 1; i++)
          let s = w;
          let x_i = N > 1 ? x[0] : 0;
          let dx_i = 0;
          for (let i = 0; i < N - 1; i++) {
            // (2) t = x[i + 1]! - x[i]! * x[i]!
            const x_next = x[i + 1];
            const t = x_next - x_i * x_i;
            // (3) s += t * t
            s += t * t;
            // backward of (3) s += t * t
            const dt = 2 * t;
            // backward of (2) t = x[i + 1]! - x[i]! * x[i]!
            dx[i] = dx_i - dt * (2 * x_i);
            x_i = x_next;
            dx_i = dt;
          }
          if (N > 1) {
            dx[N - 1] = dx_i;
          } else {
            dx.fill(0);
          }

          "
      `);
  });

  it("are left in memory where a loop may end early, or something else touches them", () => {
    const body = (inside: string) => `${head}
  let s = w;
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length - 1; i++) {
    y[i + 1] = 0.5 * y[i]! + x[i]!;
${inside}
  }
  for (let k = 0; k < x.length; k++) s += y[k]! * k;
  return s;
}`;
    const forward = (text: string) => build(text, 2).code.split("export function fGrad")[0]!;
    expect(forward(body(""))).toContain("y_next");
    expect(forward(body("    if (y[i + 1]! > 3) break;"))).not.toContain("y_next");
    expect(forward(body("    if (x[i]! > 3) y[i] = 1;"))).not.toContain("y_next");
    expect(forward(body("    for (let k = 0; k < i; k++) s += y[k]!;"))).not.toContain("y_next");
    expect(forward(body("    y[0] = x[i]!;"))).not.toContain("y_next");
    expect(forward(body("    s += i > 2 ? y[i - 2]! : 0;"))).not.toContain("y_next");
  });

  it("are the same in WebAssembly", async () => {
    const assembler = await loadAssembler();
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const text = neighbours(seed);
      const script = build(text, 2);
      const native = build(text, 2, { target: "wasm-js", assembler });
      for (const size of [0, 1, 2, 5]) {
        const x = Float64Array.from({ length: size }, (_, i) => Math.cos(seed + i));
        expectClose(numbers(native.gradient(x, 0.7)), numbers(script.gradient(x, 0.7)), 1e-12);
      }
    }
  });

  it("lie in rows of a matrix, and two steps apart", () => {
    const run = runMath("f(x: f64[M, 7]) = sum((x[:, 2:] - 2 * x[:, 1:-1] + x[:, :-2])^4)");
    expect(isCarried(run.compiled.code)).toBe(true);
    const x = Array.from({ length: 21 }, (_, i) => Math.sin(3 * i));
    const f = (values: readonly number[]) => run.value({ x: values }, { M: 3 })[0]!;
    const { slopes } = run.gradient({ x }, undefined, { M: 3 });
    const h = 1e-4;
    x.forEach((one, i) => {
      const at = (by: number) => f(x.with(i, one + by));
      const slope = (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
      expect(Math.abs(slopes["x"]![i]! - slope)).toBeLessThan(1e-7 * Math.max(1, Math.abs(slope)));
    });
  });
});
