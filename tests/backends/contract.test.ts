import { describe, expect, it } from "vitest";
import type { CompileOptions } from "../../compiler/pipeline.js";
import { corpus, type CorpusModel } from "../support/corpus.js";
import { Caller, generate, valuesFor } from "../support/generated.js";

const levels = [0, 2] as const;

function modelOf(name: string): CorpusModel {
  const model = corpus.find((candidate) => candidate.name === name);
  if (model === undefined) throw new Error(`the corpus has no ${name}`);
  return model;
}

/** The only function of a model, and values to call it with. */
function callerOf(model: CorpusModel, options: CompileOptions = {}) {
  const generated = generate(model, options);
  const [compiled] = generated.functions;
  if (compiled === undefined) throw new Error(`${model.name} has no function`);
  const caller = new Caller(generated, compiled, model);
  return { caller, compiled, values: valuesFor(model, compiled), exports: generated.exports };
}

type Callee = (...given: readonly unknown[]) => unknown;

function functionOf(exports: Readonly<Record<string, unknown>>, name: string): Callee {
  const callee = exports[name];
  if (typeof callee !== "function") throw new Error(`there is no function ${name}`);
  return callee as Callee;
}

describe("memory", () => {
  const calls = 100_000;
  const tensorModels = [
    "two-layer classifier",
    "bundle of weights",
    "array and number result",
    "batched products",
    "slices",
    "softmaxes",
    "take at one index",
    "early return of tensors",
  ];

  /** Bytes by which the heap grows over many calls, after the engine has compiled them. */
  function growth(run: () => void): number {
    const collect = globalThis.gc;
    if (collect === undefined) throw new Error("run with --expose-gc");
    for (let i = 0; i < 4 * calls; i++) run();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < calls; i++) run();
    // Without a collection in between, whatever was allocated is still counted.
    return process.memoryUsage().heapUsed - before;
  }

  // The smallest object has 12 bytes with compressed pointers, 24 without.
  const oneObjectPerCall = 12 * calls;

  it("an object for each call would be seen", () => {
    const kept: object[] = [{}];
    expect(growth(() => void (kept[0] = { value: kept.length }))).toBeGreaterThan(oneObjectPerCall);
  });

  describe.each(levels)("-O%d", (level) => {
    it.each(tensorModels)("%s: calls allocate nothing", (name) => {
      const { caller, values, exports } = callerOf(modelOf(name), { level });
      const gradient = functionOf(exports, caller.gradientName);
      const given = caller.gradientArguments(values);
      expect(growth(() => gradient(...given))).toBeLessThan(oneObjectPerCall / 4);
    });
  });

  it.each(["tensor result", "array and number result"])(
    "%s: forward calls allocate nothing",
    (name) => {
      const model = modelOf(name);
      const { caller, values, exports, compiled } = callerOf(model);
      const forward = functionOf(exports, compiled.model.name);
      const given = caller.forwardArguments(values);
      expect(growth(() => forward(...given))).toBeLessThan(oneObjectPerCall / 4);
    },
  );

  it("a forward call that returns a number allocates no more than that number", () => {
    const { caller, values, exports } = callerOf(modelOf("two-layer classifier"));
    const loss = functionOf(exports, "loss");
    const given = caller.forwardArguments(values);
    const boxedNumber = 16;
    expect(growth(() => loss(...given))).toBeLessThan(1.25 * boxedNumber * calls);
  });

  it("results are the same arrays at every call", () => {
    const { caller, values, exports } = callerOf(modelOf("two-layer classifier"));
    const gradient = functionOf(exports, "lossGrad");
    const given = caller.gradientArguments(values);
    const first = gradient(...given) as Readonly<Record<string, unknown>>;
    const arrays = { ...first };
    expect(gradient(...given)).toBe(first);
    expect(first["dW1"]).toBe(arrays["dW1"]);
  });

  it("one work object serves one size, another another", () => {
    const model = modelOf("two-layer classifier");
    for (const N of [1, 3, 50]) {
      const { caller, values } = callerOf({ ...model, sizes: { N } });
      const before = caller.gradient(values);
      expect(caller.gradient(values)).toEqual(before);
    }
  });
});

describe("what does not fit is refused", () => {
  const lossArguments = (change: (inputs: Record<string, unknown>) => void) => {
    const { caller, values, exports } = callerOf(modelOf("two-layer classifier"));
    const [inputs, work] = caller.gradientArguments(values);
    change(inputs as Record<string, unknown>);
    return { given: [inputs, work], exports };
  };

  it.each(["loss", "lossGrad"])("%s names an input of a wrong length, and both sizes", (name) => {
    const { given, exports } = lossArguments((inputs) => {
      inputs["x"] = new Float32Array(10);
    });
    expect(() => functionOf(exports, name)(...given)).toThrow(
      new RangeError("x has 10 elements, expected 30 (N × 5 with N = 6)"),
    );
  });

  it("names a parameter whose shape is all numbers", () => {
    const { given, exports } = lossArguments((inputs) => {
      inputs["W2"] = new Float32Array(13);
    });
    expect(() => functionOf(exports, "lossGrad")(...given)).toThrow(
      new RangeError("W2 has 13 elements, expected 12 (4 × 3)"),
    );
  });

  it.each(["loss", "lossGrad"])("%s names a label out of range", (name) => {
    const { given, exports } = lossArguments((inputs) => {
      inputs["y"] = Int32Array.of(0, 1, 2, 0, 3, 1);
    });
    expect(() => functionOf(exports, name)(...given)).toThrow(
      new RangeError("y[4] is 3, outside 0 … 2"),
    );
  });

  it("names a member of a bundle", () => {
    const { caller, values, exports } = callerOf(modelOf("bundle of weights"));
    const [inputs, work] = caller.gradientArguments(values);
    const { params } = inputs as { params: { layer: { b: Float32Array } } };
    params.layer.b = new Float32Array(2);
    expect(() => functionOf(exports, "lossGrad")(inputs, work)).toThrow(
      new RangeError("params.layer.b has 2 elements, expected 3 (3)"),
    );
  });

  it("names a cotangent of a wrong length", () => {
    const { caller, values, exports } = callerOf(modelOf("tensor result"));
    const [inputs, , work] = caller.gradientArguments(values);
    expect(() => functionOf(exports, "fVjp")(inputs, new Float64Array(14), work)).toThrow(
      new RangeError("cotangent has 14 elements, expected 15 (N × 3 with N = 5)"),
    );
  });

  it.each([-1, 4, 1.5, NaN])("a single index: %d of 4", (k) => {
    const { caller, values, exports } = callerOf(modelOf("take at one index"));
    const [inputs, work] = caller.gradientArguments(values);
    const call = () => functionOf(exports, "fGrad")({ ...(inputs as object), k }, work);
    expect(call).toThrow(new RangeError(`k is ${k}, outside 0 … 3`));
  });

  it.each([-1, 2.5, NaN, undefined])("a size that is %s", (N) => {
    const { exports } = callerOf(modelOf("two-layer classifier"));
    expect(() => functionOf(exports, "createLossWork")({ N })).toThrow(
      new RangeError(`size N is ${N}, expected a whole number`),
    );
  });

  it("a standalone module refuses likewise", () => {
    const model = modelOf("two-layer classifier");
    const { exports } = callerOf(model, { standalone: true, target: "js" });
    expect(() => functionOf(exports, "createLossWork")({ N: -1 })).toThrow(RangeError);
  });
});

it("an output that is an input is a copy", () => {
  const { caller, values, exports } = callerOf(modelOf("output is an input"));
  const [inputs, work] = caller.forwardArguments(values);
  const { x } = inputs as { x: Float32Array };
  const value = functionOf(exports, "f")(inputs, work);
  expect(value).toEqual(x);
  expect(value).not.toBe(x);
});

it.each([
  "f(inputs, work, result) = inputs * work + result",
  "f(matmulNN, checkLength, fGrad) = matmulNN * checkLength + fGrad",
  "f(Math, Float32Array, globalThis) = exp(log(Math)) * Float32Array + globalThis",
])("names from the program become variables and nothing else: %s", (math) => {
  const { exports } = generate({ name: "hostile", source: { math } });
  expect(functionOf(exports, "f")(2, 3, 4)).toBeCloseTo(10, 12);
  const { value, ...gradients } = functionOf(exports, "fGrad")(2, 3, 4) as Record<string, number>;
  expect(value).toBeCloseTo(10, 12);
  expect(Object.values(gradients).map((slope) => Math.round(slope))).toEqual([3, 2, 1]);
});
