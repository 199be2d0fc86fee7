import { describe, expect, test } from "vitest";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile, type CompileOptions, type Source } from "../../compiler/pipeline.js";
import { CompileError } from "../../compiler/diagnostic.js";
import { typeErrors } from "../support/typeErrors.js";

function built(source: Source, options: CompileOptions) {
  const { code } = compile(source, { target: "js", verify: true, ...options });
  return evaluateModule(code);
}

function call(module: ReadonlyMap<string, (...args: never[]) => unknown>, name: string) {
  const found = module.get(name);
  if (found === undefined) throw new Error(`no ${name} in ${[...module.keys()].join(", ")}`);
  return found as (...args: unknown[]) => unknown;
}

const scalar = "f(x, y) = x * y^2 + sin(x)";

describe.each([0, 2] as const)("-O%i", (level) => {
  test("functions of numbers: tangents follow the parameters", () => {
    const module = built({ math: scalar }, { level, emit: ["jvp", "hvp", "hessian"] });
    const [x, y] = [2, 3];
    const value = x * y * y + Math.sin(x);
    expect(call(module, "fJvp")(x, y, 1, 0)).toEqual({ value, tangent: y * y + Math.cos(x) });
    expect(call(module, "fHvp")(x, y, 1, 2)).toEqual({
      value,
      hx: -Math.sin(x) + 2 * y * 2,
      hy: 2 * y + 2 * x * 2,
    });
    expect(call(module, "fHessian")(x, y)).toEqual({
      value,
      hessian: [
        [-Math.sin(x), 2 * y],
        [2 * y, 2 * x],
      ],
    });
  });

  test("functions of tensors: inputs, tangents and memory", () => {
    const math = "f(w: f64[3, 2], x: f64[N, 3]) = sum(tanh(x @ w)^2)";
    const module = built({ math }, { level, emit: ["jvp", "hvp"], wrt: ["w"] });
    const N = 4;
    const inputs = {
      w: Float64Array.from([0.1, -0.2, 0.3, 0.4, -0.5, 0.6]),
      x: Float64Array.from({ length: 3 * N }, (_, i) => Math.sin(i)),
    };
    const v = Float64Array.from([1, -1, 0.5, 2, 0, -0.3]);
    const work = call(module, "createFWork")({ N });
    const gradientAt = (t: number) => {
      const w = inputs.w.map((value, i) => value + t * (v[i] ?? 0));
      const found = call(module, "fGrad")({ ...inputs, w }, work) as { dw: Float64Array };
      return Array.from(found.dw);
    };
    const slope = gradientAt(0).reduce((total, d, i) => total + d * (v[i] ?? 0), 0);
    const [before, after] = [gradientAt(-1e-5), gradientAt(1e-5)];

    const jvp = call(module, "fJvp");
    const jvpWork = call(module, "createFJvpWork")({ N });
    const moved = jvp(inputs, { w: v }, jvpWork) as { value: number; tangent: number };
    expect(moved.tangent).toBeCloseTo(slope, 12);
    expect(moved.value).toBe(call(module, "f")(inputs, work));
    expect(() => jvp(inputs, { w: new Float64Array(5) }, jvpWork)).toThrow(RangeError);

    const hvpWork = call(module, "createFHvpWork")({ N });
    const { hw } = call(module, "fHvp")(inputs, { w: v }, hvpWork) as { hw: Float64Array };
    before.forEach((low, i) => expect(hw[i]).toBeCloseTo(((after[i] ?? NaN) - low) / 2e-5, 7));
  });
});

test("of a result of several numbers", () => {
  const module = built({ math: "f(x: f64[3]) = x^2" }, { emit: ["jvp"] });
  const work = call(module, "createFJvpWork")();
  const x = Float64Array.of(1, 2, 3);
  const { tangent } = call(module, "fJvp")({ x }, { x: Float64Array.of(1, 0, -1) }, work) as {
    tangent: Float64Array;
  };
  expect(Array.from(tangent)).toEqual([2, 0, -6]);
});

test("tags of the function ask for derivatives and choose the parameters", () => {
  const text = `
    /**
     * Energy.
     *
     * @gradient a
     * @hessian
     */
    export function energy(a: number, b: number) { return a * a * b; }`;
  const module = built({ entry: "m.ts", files: { "m.ts": text } }, {});
  expect(call(module, "energyGrad")(3, 2)).toEqual({ value: 18, da: 12 });
  expect(call(module, "energyHessian")(3, 2)).toEqual({ value: 18, hessian: [[4]] });
});

test("what is not asked for changes nothing", () => {
  const plain = compile({ math: scalar }).code;
  expect(compile({ math: scalar }, { emit: [] }).code).toBe(plain);
  expect(compile({ math: scalar }, { emit: ["grad"] }).code).toBe(plain);
  expect(plain).not.toContain("Jvp");
});

test.each([
  ["f(x: [3]) = x^2", "hvp", "FG403"],
  ["f(x: [3]) = x^2", "hessian", "FG403"],
  ["f(x: [3]) = sum(x^2)", "hessian", "FG422"],
] as const)("%s has no %s: %s", (math, kind, code) => {
  const codes = (): readonly string[] => {
    try {
      compile({ math }, { emit: [kind] });
      return [];
    } catch (error) {
      return error instanceof CompileError ? error.diagnostics.map((one) => one.code) : [];
    }
  };
  expect(codes()).toEqual([code]);
});

test.each([scalar, "f(w: f64[3, 2], x: f64[N, 3]) = sum(tanh(x @ w)^2)"])(
  "%s: the generated TypeScript has no type errors",
  (math) => {
    const emit = math === scalar ? (["jvp", "hvp", "hessian"] as const) : (["jvp", "hvp"] as const);
    expect(typeErrors({ "f.ts": compile({ math }, { emit, standalone: true }).code })).toEqual([]);
  },
);
