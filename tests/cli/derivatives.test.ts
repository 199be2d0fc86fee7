import { describe, expect, it } from "vitest";
import { linesOf } from "../../compiler/cli/checkDerived.js";
import { EMITTED, type Emitted } from "../../compiler/emitted.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { makeCallable } from "../../compiler/jit/callable.js";
import { makeDerivedCallables, type DerivedCallable } from "../../compiler/jit/derived.js";
import { compile } from "../../compiler/pipeline.js";
import { random } from "../../runtime/index.js";
import { cli, folder } from "./support.js";

const energy = `
import { sum, tanh, type Param, type Tensor } from "flatgrad";

interface Net { w: Param<[4], "f64">; b: Param<[], "f64">; }

/** Energy of a chain. */
export function energy(net: Net, x: Tensor<["N", 4], "f64">) {
  return sum(tanh(x * net.w + net.b) ** 2) + net.b ** 3;
}
`;

const tagged = `
import { sum, take, type Param } from "flatgrad";

/**
 * @jvp
 * @hvp
 * @jacobian
 * @hessian
 * @sparseJacobian
 * @sparseHessian
 */
export function f(x: Param<[4], "f64">) {
  return take(x, 0) * take(x, 1) ** 2 + sum(x ** 3);
}
`;

/** The first two cells and the last of every row of the table. */
const rowsOf = (out: string) =>
  out
    .split("\n\n")[0]
    ?.split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/))
    .map((cells) => [cells[0], cells[1], cells.at(-1)]);

describe("flatgrad build --emit", () => {
  it("adds the functions asked for, and nothing else", async () => {
    const cwd = folder({ "energy.ts": energy });
    const { code, err } = await cli(["build", "energy.ts", "--emit", "jvp, hessian"], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { out } = await cli(["build", "energy.ts", "--emit", "jvp,hessian", "--check"], { cwd });
    expect(out).toBe("");
    const stale = await cli(["build", "energy.ts", "--check"], { cwd });
    expect(stale.err).toContain("FG505");
  });

  it.each(EMITTED.filter((kind) => kind !== "grad"))("prints %s of a formula", async (kind) => {
    const { code, out, err } = await cli(["grad", "f(x: f64[3]) = sum(x^3)", "--emit", kind]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const name = `f${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
    expect(out.match(/^export function (?!create)\w+/gm)).toEqual(
      ["f", "fGrad", name].map((one) => `export function ${one}`),
    );
  });

  it("refuses a kind that is none", async () => {
    const { code, err } = await cli(["grad", "x^2", "--emit", "gradient"]);
    expect(code).toBe(2);
    expect(err).toContain(
      "Allowed are grad, jvp, hvp, jacobian, hessian, sparseJacobian, sparseHessian.",
    );
  });

  it("follows tags of the function", async () => {
    const cwd = folder({ "f.ts": tagged });
    const { code } = await cli(["build", "f.ts", "--target", "js"], { cwd });
    expect(code).toBe(0);
    const { out } = await cli(["inspect", "f.ts", "--stage", "code"], { cwd });
    for (const name of ["fJvp", "fHvp", "fJacobian", "fHessian", "fSparseJacobian"])
      expect(out).toContain(`export function ${name}(`);
  });
});

describe("flatgrad check", () => {
  it("compares everything that is built, by tags", async () => {
    const cwd = folder({ "f.ts": tagged });
    const { code, out, err } = await cli(["check", "f.ts"], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(rowsOf(out)).toEqual([
      ["f", "x", "ok"],
      ["fJvp", "x", "ok"],
      ["fHvp", "x", "ok"],
      ["fJacobian", "x", "ok"],
      ["fHessian", "x, x", "ok"],
      ["fSparseJacobian", "x", "ok"],
      ["fSparseHessian", "x", "ok"],
    ]);
  });

  it("compares what --emit asks for, of bundles and named sizes", async () => {
    const cwd = folder({ "energy.ts": energy });
    const argv = ["check", "energy.ts", "--emit", "jvp,hvp,jacobian,hessian"];
    const { code, out } = await cli(argv, { cwd });
    expect(code).toBe(0);
    expect(rowsOf(out)?.slice(2)).toEqual([
      ["energyJvp", "net.w, net.b", "ok"],
      ["energyHvp", "net.w", "ok"],
      ["energyHvp", "net.b", "ok"],
      ["energyJacobian", "net.w", "ok"],
      ["energyJacobian", "net.b", "ok"],
      ["energyHessian", "net.w, net.w", "ok"],
      ["energyHessian", "net.w, net.b", "ok"],
      ["energyHessian", "net.b, net.w", "ok"],
      ["energyHessian", "net.b, net.b", "ok"],
    ]);
  });

  it("compares Jacobians of several results", async () => {
    const math = "f(x: f64[3], s) = [sin(x) * s, s^2]";
    const { code, out } = await cli(["check", math, "--emit", "jacobian,sparseJacobian,jvp"]);
    expect(code).toBe(0);
    expect(rowsOf(out)?.filter(([name]) => name === "fSparseJacobian")).toHaveLength(4);
  });

  const rule = (backward: string) => `
import { customGradient, exp, sum, type Param } from "flatgrad";

const curve = customGradient(
  (x: number, n: number) => exp(x) * n,
  (x: number, n: number, y: number, dy: number) => ${backward},
);

export function f(x: Param<[3], "f64">, s: Param<[], "f64">) {
  return sum(curve(x * 2, 3)) * 1e-12 + s ** 2;
}
`;

  it("checks the rule of customGradient by itself", async () => {
    const cwd = folder({ "right.ts": rule("[y * dy, 0]"), "wrong.ts": rule("[2 * y * dy, 0]") });
    const right = await cli(["check", "right.ts"], { cwd });
    expect(right.code).toBe(0);
    expect(right.out).toContain("customGradient in line 10 of f");
    const wrong = await cli(["check", "wrong.ts"], { cwd });
    expect(wrong.code).toBe(1);
    expect(rowsOf(wrong.out)?.at(-1)).toEqual(["customGradient in line 10 of f", "x0", "FAILED"]);
    expect(rowsOf(wrong.out)?.slice(0, 2)).toEqual([
      ["f", "x", "ok"],
      ["f", "s", "ok"],
    ]);
  });
});

describe("a wrong derivative is seen", () => {
  const math = "f(x: f64[3], s) = sum(x)^2 * sin(s) + x[0] * s";
  /** The lines of a kind with one of its results a little off. */
  const linesWith = (kind: Emitted, off: number) => {
    const { code, functions } = compile(
      { math },
      { emit: [kind], target: "js", wrt: kind === "sparseHessian" ? ["x"] : undefined },
    );
    const module = evaluateModule(code);
    const [compiled] = functions;
    if (compiled === undefined) throw new Error("nothing was compiled");
    const [right] = makeDerivedCallables(compiled, module);
    if (right === undefined) throw new Error("nothing was derived");
    const wrong: DerivedCallable = {
      ...right,
      call: (...given) =>
        new Map(
          Array.from(right.call(...given), ([name, leaf]) => {
            if (name === "value" || /\.(row|col)$/.test(name)) return [name, leaf];
            return [name, typeof leaf === "object" ? leaf.map((x) => x + off) : Number(leaf) + off];
          }),
        ),
    };
    const inputs = new Map<string, number | Float64Array>([
      ["x", Float64Array.of(0.3, -1, 0.7)],
      ["s", 0.4],
    ]);
    return linesOf(makeCallable(compiled, module), wrong, {
      inputs,
      sizes: {},
      generator: random(1),
    });
  };

  it.each(EMITTED.filter((kind) => kind !== "grad"))("%s", (kind) => {
    const slope = (along: (t: number) => number) => (along(1e-4) - along(-1e-4)) / 2e-4;
    for (const { analytic, along } of linesWith(kind, 0))
      expect(Math.abs(analytic - slope(along))).toBeLessThan(1e-6);
    for (const { analytic, along } of linesWith(kind, 0.01))
      expect(Math.abs(analytic - slope(along))).toBeGreaterThan(1e-5);
  });
});
