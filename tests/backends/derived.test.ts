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

describe.each([0, 2] as const)("matrices at -O%i", (level) => {
  /** Derivatives of the gradient by differences: rows of blocks, as they are to come out. */
  const differences = (
    gradient: (x: Float64Array, y: Float64Array, s: number) => readonly number[],
    at: { readonly x: Float64Array; readonly y: Float64Array; readonly s: number },
  ) => {
    const step = 1e-5;
    const point = [...at.x, ...at.y, at.s];
    const split = (all: readonly number[]) =>
      gradient(
        Float64Array.from(all.slice(0, at.x.length)),
        Float64Array.from(all.slice(at.x.length, -1)),
        all.at(-1) ?? NaN,
      );
    return point.map((value, i) => {
      const [high, low] = [split(point.with(i, value + step)), split(point.with(i, value - step))];
      return high.map((slope, j) => (slope - (low[j] ?? NaN)) / (2 * step));
    });
  };

  test("the Hessian by tensors: a block for each pair, row-major, symmetric", () => {
    const math =
      "f(x: f64[3], y: f64[2, 2], s) = sum(x)^2 * sum(tanh(y @ [1, 2])) + prod(x) * s^2 + sin(s) * y[0, 1]^3";
    const module = built({ math }, { level, emit: ["hessian"] });
    const at = { x: Float64Array.of(0.5, -1, 2), y: Float64Array.of(1, 0.2, -0.3, 0.4), s: 0.7 };
    const work = call(module, "createFWork")();
    const gradient = (x: Float64Array, y: Float64Array, s: number) => {
      const found = call(module, "fGrad")({ x, y, s }, work) as {
        readonly dx: Float64Array;
        readonly dy: Float64Array;
        readonly ds: number;
      };
      return [...found.dx, ...found.dy, found.ds];
    };
    const { value, hessian } = call(module, "fHessian")(
      at,
      call(module, "createFHessianWork")(),
    ) as { value: number; hessian: readonly (readonly (Float64Array | number)[])[] };
    expect(value).toBe(call(module, "f")(at, work));
    const numeric = differences(gradient, at);
    const [starts, sizes] = [
      [0, 3, 7],
      [3, 4, 1],
    ];
    hessian.forEach((row, i) =>
      row.forEach((block, j) => {
        const elements = typeof block === "number" ? [block] : Array.from(block);
        expect(elements).toHaveLength((sizes[i] ?? 0) * (sizes[j] ?? 0));
        elements.forEach((element, k) => {
          const columns = sizes[j] ?? 1;
          const [r, c] = [Math.floor(k / columns), k % columns];
          const expected = numeric[(starts[i] ?? 0) + r]?.[(starts[j] ?? 0) + c];
          expect(element).toBeCloseTo(expected ?? NaN, 7);
        });
      }),
    );
  });

  test("the Hessian by a tensor of a named size", () => {
    const module = built({ math: "f(x: f64[N]) = sum(x)^3" }, { level, emit: ["hessian"] });
    const work = call(module, "createFHessianWork")({ N: 2 });
    const found = call(module, "fHessian")({ x: Float64Array.of(1, 2) }, work);
    expect(found).toEqual({ value: 27, hessian: [[Float64Array.of(18, 18, 18, 18)]] });
  });

  test("Jacobians: of every result by every parameter, in their structures", () => {
    const text = `
      import { sum, type Tensor } from "flatgrad";
      interface Net { w: Tensor<[2], "f64">; b: number; }
      export function f(net: Net, x: Tensor<[3], "f64">) {
        return { scaled: x * net.b, total: sum(net.w) * sum(x) };
      }`;
    const module = built({ entry: "m.ts", files: { "m.ts": text } }, { level, emit: ["jacobian"] });
    const inputs = { net: { w: Float64Array.of(2, 3), b: 5 }, x: Float64Array.of(1, 2, 4) };
    const work = call(module, "createFJacobianWork")();
    const { jacobian } = call(module, "fJacobian")(inputs, work) as { jacobian: unknown };
    expect(jacobian).toEqual({
      scaled: {
        net: { w: new Float64Array(6), b: Float64Array.of(1, 2, 4) },
        x: Float64Array.of(5, 0, 0, 0, 5, 0, 0, 0, 5),
      },
      total: { net: { w: Float64Array.of(7, 7), b: 0 }, x: Float64Array.of(5, 5, 5) },
    });
  });

  test("the Jacobian of a function of numbers needs no memory", () => {
    const module = built({ math: scalar }, { level, emit: ["jacobian"] });
    const [x, y] = [2, 3];
    expect(call(module, "fJacobian")(x, y)).toEqual({
      value: x * y * y + Math.sin(x),
      jacobian: { x: y * y + Math.cos(x), y: 2 * x * y },
    });
  });

  test("sparse matrices: values with their rows and columns", () => {
    const g = built(
      { math: "f(x: f64[4]) = x[1:4]^2 - x[0:3]" },
      { level, emit: ["sparseJacobian"] },
    );
    const x = Float64Array.of(1, 2, 3, 4);
    expect(call(g, "fSparseJacobian")({ x }, call(g, "createFSparseJacobianWork")())).toEqual({
      value: Float64Array.of(3, 7, 13),
      jacobian: {
        x: {
          data: Float64Array.of(-1, 4, -1, 6, -1, 8),
          row: Int32Array.of(0, 0, 1, 1, 2, 2),
          col: Int32Array.of(0, 1, 1, 2, 2, 3),
        },
      },
    });
    const h = built(
      { math: "f(x: f64[3], s) = sum(x[1:3]^2 * x[0:2]) * s" },
      { level, emit: ["sparseHessian"], wrt: ["x"] },
    );
    expect(
      call(h, "fSparseHessian")(
        { x: Float64Array.of(1, 2, 3), s: 2 },
        call(h, "createFSparseHessianWork")(),
      ),
    ).toEqual({
      value: 44,
      hessian: {
        data: Float64Array.of(8, 8, 4, 12, 12, 8),
        row: Int32Array.of(0, 1, 1, 1, 2, 2),
        col: Int32Array.of(1, 0, 1, 2, 1, 2),
      },
    });
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
  ["f(x: [3]) = x^2", "sparseHessian", "FG403"],
  ["f(x: [100000]) = sum(x^2)", "hessian", "FG422"],
  ["f(x: [100000]) = x^2", "jacobian", "FG422"],
  ["f(x: [3], y: [3]) = sum(x * y)", "sparseHessian", "FG425"],
  ["f(x: [N]) = x^2", "sparseJacobian", "FG426"],
  ["f(x: [N]) = sum(x^2)", "sparseHessian", "FG426"],
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

test("the generated TypeScript of sparse matrices has no type errors", () => {
  const emit = ["sparseJacobian", "sparseHessian"] as const;
  const math = "f(x: f64[20]) = sum((x[1:20] - x[0:19])^4)";
  expect(typeErrors({ "f.ts": compile({ math }, { emit, standalone: true }).code })).toEqual([]);
});

test("the generated TypeScript of Jacobians of several results has no type errors", () => {
  const math = "f(x: f64[2], s) = [x * s, s^2]";
  const { code } = compile({ math }, { emit: ["jvp", "jacobian"], standalone: true });
  expect(typeErrors({ "f.ts": code })).toEqual([]);
});

test.each([scalar, "f(w: f64[3, 2], x: f64[N, 3]) = sum(tanh(x @ w)^2)"])(
  "%s: the generated TypeScript has no type errors",
  (math) => {
    const emit = ["jvp", "hvp", "jacobian", "hessian"] as const;
    expect(typeErrors({ "f.ts": compile({ math }, { emit, standalone: true }).code })).toEqual([]);
  },
);
