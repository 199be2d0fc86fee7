import { describe, expect, it } from "vitest";
import { CompileError, jit, type JitInput } from "../../compiler/jit.js";
import { checkGradient } from "../../runtime/index.js";

/** The message of what is thrown, with its class. */
function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return "nothing was thrown";
}

describe("scalars", () => {
  it("gives value and gradient of the first circuit of the lecture", () => {
    const f = jit("(x + y) * z");
    expect(f.value({ x: -2, y: 5, z: -4 })).toBe(-12);
    expect(f.grad({ x: -2, y: 5, z: -4 })).toEqual({
      value: -12,
      grads: { x: -4, y: -4, z: 3 },
    });
  });

  it("scales gradients by the cotangent of a scalar result", () => {
    expect(jit("x * y").vjp({ x: 2, y: 3 }, 10).grads).toEqual({ x: 30, y: 20 });
  });

  it("takes the last definition of a math string", () => {
    const f = jit("square(x) = x^2\ng(y) = 3 * square(y)");
    expect(f.grad({ y: 2 })).toEqual({ value: 12, grads: { y: 12 } });
  });

  it("differentiates only what `wrt` names", () => {
    expect(jit("x * y", { wrt: ["y"] }).grad({ x: 2, y: 3 }).grads).toEqual({ y: 2 });
  });
});

describe("forms of tensors", () => {
  const f = jit("f(x: f64[N, 2]) = sum(x^3)");
  const flat = [1, 2, 3, 4];
  const expected = [3, 12, 27, 48];

  it.each<[string, JitInput, unknown]>([
    [
      "nested arrays",
      [flat.slice(0, 2), flat.slice(2)],
      [
        [3, 12],
        [27, 48],
      ],
    ],
    ["a flat array", flat, expected],
    ["a Float64Array", Float64Array.from(flat), Float64Array.from(expected)],
    ["a Float32Array, as f64", Float32Array.from(flat), Float64Array.from(expected)],
    [
      "a shape with data",
      { shape: [2, 2], data: flat },
      { shape: [2, 2], data: Float64Array.from(expected) },
    ],
  ])("the gradient of %s has the same form", (_, x, gradient) => {
    expect(f.grad({ x })).toEqual({ value: 100, grads: { x: gradient } });
  });

  it("gives a tensor nested if any input is, else as { shape, data }, else typed", () => {
    const add = jit("f(x: f64[2, 2], y: f64[2, 2]) = x + y");
    const [nested, typed] = [
      [
        [1, 2],
        [3, 4],
      ],
      Float64Array.of(1, 1, 1, 1),
    ];
    const shaped = { shape: [2, 2], data: [1, 2, 3, 4] };
    const sums = Float64Array.of(2, 3, 4, 5);
    expect(add.value({ x: nested, y: typed })).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect(add.value({ x: shaped, y: typed })).toEqual({ shape: [2, 2], data: sums });
    expect(add.value({ x: [1, 2, 3, 4], y: typed })).toEqual(sums);
    expect(jit("stack([x, y])").value({ x: 1, y: 2 })).toEqual([1, 2]);
  });

  it("returns fresh copies", () => {
    const first = f.grad({ x: Float64Array.of(1, 2) }).grads["x"];
    f.grad({ x: Float64Array.of(5, 6) });
    expect(first).toEqual(Float64Array.of(3, 12));
  });

  it("keeps f32 unless asked for f64", () => {
    const source = "f(x: [1]) = x / 3";
    const x = Float64Array.of(1);
    expect(jit(source).value({ x })).toEqual(Float32Array.of(1 / 3));
    expect(jit(source, { precision: "f64" }).value({ x })).toEqual(Float64Array.of(1 / 3));
  });
});

describe("named sizes", () => {
  it("follow from flat lengths, one after the other", () => {
    const f = jit("f(x: f64[N, M], y: f64[M, 3], z: f64[3]) = sum((x @ y) * z)");
    const x = Float64Array.of(1, 2, 3, 4);
    const y = Float64Array.of(1, 0, 0, 0, 1, 0);
    expect(f.grad({ x, y, z: [1, 10, 100] }).grads["x"]).toEqual(Float64Array.of(1, 10, 1, 10));
  });

  it("are solved from polynomials", () => {
    const f = jit("f(x: f64[2 * N + 1], y: f64[N]) = sum(x) + sum(y)");
    expect(f.value({ x: [1, 1, 1, 1, 1], y: [1, 1] })).toBe(7);
    const square = jit("f(x: f64[N, N]) = sum(x)");
    expect(square.value({ x: Float64Array.from({ length: 9 }, () => 1) })).toBe(9);
  });

  it("may change from call to call", () => {
    const f = jit("f(x: f64[N]) = mean(x)");
    expect(f.grad({ x: [1, 2] })).toEqual({ value: 1.5, grads: { x: [0.5, 0.5] } });
    expect(f.grad({ x: [4] })).toEqual({ value: 4, grads: { x: [1] } });
    expect(f.value({ x: [3, 5] })).toBe(4);
  });

  it.each<[string, string, Record<string, JitInput>, string]>([
    [
      "two inputs that disagree",
      "f(x: f64[N, 3], y: f64[N]) = sum(x) + sum(y)",
      { x: [[1, 2, 3]], y: [1, 2] },
      "RangeError: y has 2 elements, expected 1, where N = 1 by axis 0 of x",
    ],
    [
      "a length that no size gives",
      "f(x: f64[N, 3]) = sum(x)",
      { x: [1, 2, 3, 4] },
      "RangeError: x has 4 elements, which fits f64[N, 3] for no N",
    ],
    [
      "a length that several sizes give",
      "f(x: f64[N, M]) = sum(x)",
      { x: [1, 2, 3, 4] },
      "RangeError: x of type f64[N, M] does not determine M and N; give x as nested arrays or as { shape, data }",
    ],
    [
      "an axis of another size",
      "f(x: f64[N, 3]) = sum(x)",
      { x: [[1, 2]] },
      "RangeError: x has shape [1, 2], expected [N, 3]",
    ],
    [
      "another rank",
      "f(x: f64[N]) = sum(x)",
      { x: [[1, 2]] },
      "RangeError: x has shape [1, 2], expected [N]",
    ],
    [
      "a number for a tensor",
      "f(x: f64[N]) = sum(x)",
      { x: 1 },
      "RangeError: x is a number, expected a tensor of shape [N]",
    ],
    [
      "a tensor for a number",
      "f(x: f64) = x",
      { x: [1, 2] },
      "RangeError: x is a list, expected a number",
    ],
    [
      "a shape that its data does not fill",
      "f(x: f64[N, M]) = sum(x)",
      { x: { shape: [2, 2], data: [1, 2, 3] } },
      "RangeError: x has 3 elements, its shape [2, 2] needs 4",
    ],
    [
      "lists of different lengths",
      "f(x: f64[N, M]) = sum(x)",
      { x: [[1, 2], [3]] },
      "RangeError: x[1] has 1 elements, expected 2: the lists of one level must be equally long",
    ],
    [
      "a list beside numbers",
      "f(x: f64[N, M]) = sum(x)",
      { x: [[1, 2], 3] },
      "RangeError: x[1] is a number, expected a list of 2",
    ],
  ])("refuses %s", (_, source, inputs, message) => {
    expect(failure(() => jit(source).value(inputs))).toBe(message);
  });
});

describe("parameters without types", () => {
  it("take their shape from the input", () => {
    const f = jit("sum((W @ x)^2)");
    const { value, grads } = f.grad({
      W: [
        [0.1, 0.5],
        [-0.3, 0.8],
      ],
      x: [0.2, 0.4],
    });
    expect(value).toBeCloseTo(0.116, 12);
    expect(grads["W"]).toEqual([
      [expect.closeTo(0.088, 12), expect.closeTo(0.176, 12)],
      [expect.closeTo(0.104, 12), expect.closeTo(0.208, 12)],
    ]);
    expect(grads["x"]).toEqual([expect.closeTo(-0.112, 12), expect.closeTo(0.636, 12)]);
  });

  it("take their dtype from typed arrays", () => {
    const f = jit("x / 3");
    expect(f.value({ x: Float32Array.of(1) })).toEqual(Float32Array.of(1 / 3));
    expect(f.value({ x: Float64Array.of(1) })).toEqual(Float64Array.of(1 / 3));
    expect(f.value({ x: 1 })).toBe(1 / 3);
    const integers = jit("take(x, i)").value({ x: [5, 6, 7], i: Int32Array.of(2, 0) });
    expect(integers).toEqual([7, 5]);
  });

  it("become i32 where integers are needed and all numbers are whole", () => {
    const taken = jit("take(x, i, axis=0)").vjp(
      {
        x: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        i: [0, 2, 2],
      },
      [
        [1, 10],
        [2, 20],
        [3, 30],
      ],
    );
    expect(taken).toEqual({
      value: [
        [1, 2],
        [5, 6],
        [5, 6],
      ],
      grads: {
        x: [
          [1, 10],
          [0, 0],
          [5, 50],
        ],
      },
    });
    expect(jit("x[i]").value({ x: [1, 2, 3], i: 1 })).toBe(2);
    const renamed = jit("j = i; sum(take(x, j))");
    expect(renamed.grad({ x: [1, 2], i: [1, 1] }).grads).toEqual({ x: [0, 2] });
  });

  it("stay floats where the numbers are not whole", () => {
    expect(failure(() => jit("take(x, i)").value({ x: [1, 2], i: [0.5] }))).toContain("FG307");
    const f = jit("take(x, i)");
    expect(f.value({ x: [1, 2], i: [1] })).toEqual([2]);
    expect(failure(() => f.value({ x: [1, 2], i: [0.5] }))).toBe(
      "TypeError: i[0] is 0.5, expected a whole number (i32)",
    );
  });

  it("are numbers in the code before the first call, and what was called after it", () => {
    const f = jit("x * y");
    expect(f.code).toContain("export function f(x, y) {");
    f.value({ x: [1, 2], y: 3 });
    expect(f.code).toContain("export function f(inputs, work) {");
    expect(failure(() => jit("x @ y").code)).toContain("CompileError");
  });
});

describe("names", () => {
  it.each(["value", "inputs", "work", "runtime", "relu", "f", "t1", "dx"])(
    "%s may be a parameter",
    (name) => {
      const x = [0.5, -2];
      const source = `f(${name}: f64[N]) = sum(sigmoid(${name}) * ${name})`;
      const { grads } = jit(source).grad({ [name]: x });
      expect(grads).toEqual({ [name]: jit("sum(sigmoid(x) * x)").grad({ x }).grads["x"] });
    },
  );

  it.each(["runtime", "inputs", "createFWork"])("%s may be a function", (name) => {
    expect(jit(`${name}(x: f64[2]) = sum(x^2)`).grad({ x: [1, 2] })).toEqual({
      value: 5,
      grads: { x: [2, 4] },
    });
  });
});

describe("TypeScript models", () => {
  const bundle = jit({
    source: `import { sum, type Param, type Tensor } from "flatgrad";
export function loss(p: { W: Param<[2, 2], "f64">; b: Param<[2], "f64"> }, x: Tensor<["N", 2], "f64">, k: number) {
  const scores = x * p.b;
  return { loss: sum(scores) * k + sum(p.W ** 2), scores };
}`,
  });
  const inputs = {
    p: {
      W: [
        [1, 2],
        [3, 4],
      ],
      b: Float64Array.of(1, 2),
    },
    x: [
      [1, 2],
      [3, 4],
    ],
    k: 3,
  };

  it("take and give bundles as the author wrote them", () => {
    expect(bundle.value(inputs)).toEqual({
      loss: 78,
      scores: [
        [1, 4],
        [3, 8],
      ],
    });
    const cotangent = {
      loss: 1,
      scores: [
        [0, 0],
        [100, 0],
      ],
    };
    expect(bundle.vjp(inputs, cotangent).grads).toEqual({
      p: {
        W: [
          [2, 4],
          [6, 8],
        ],
        b: Float64Array.of(12 + 300, 18),
      },
    });
  });

  it("refuse the gradient of several results, with the place", () => {
    const message = failure(() => bundle.grad(inputs));
    expect(message).toContain("model.ts:2:");
    expect(message).toContain("FG403");
  });

  it("give tuples, of numbers as well", () => {
    const f = jit({
      source: `export function f(p: { a: number; b: number }, t: [number, number]) {
  return [p.a * p.b, t[0] * t[1]];
}`,
    });
    expect(f.vjp({ p: { a: 2, b: 3 }, t: [4, 5] }, [1, 10])).toEqual({
      value: [6, 20],
      grads: { p: { a: 3, b: 2 }, t: [50, 40] },
    });
  });

  it("need the name of the function if they export several", () => {
    const source = `export function f(x: number) { return x * x; }
export function g(x: number) { return 2 * f(x); }`;
    expect(jit({ source, function: "g" }).grad({ x: 3 })).toEqual({ value: 18, grads: { x: 12 } });
    expect(failure(() => jit({ source }))).toContain("accepted: f, g");
    expect(failure(() => jit({ source, function: "h" }))).toContain("no function `h`");
  });

  it("name the inputs that bundles lack or do not have", () => {
    const { p, x } = inputs;
    expect(failure(() => bundle.value({ p: { W: p.W }, x, k: 1 }))).toBe(
      "TypeError: `b` is missing; expected W, b",
    );
    expect(failure(() => bundle.value({ p: { ...p, c: 1 }, x, k: 1 }))).toBe(
      "TypeError: p has no field `c`; expected W, b",
    );
    expect(failure(() => bundle.value({ ...inputs, z: 1 }))).toBe(
      "TypeError: `loss` has no parameter `z`; expected p, x, k",
    );
    expect(failure(() => bundle.value({ p, x }))).toBe(
      "TypeError: `k` is missing; expected p, x, k",
    );
  });
});

describe("errors", () => {
  it("are CompileErrors whose message holds the code frame", () => {
    expect(() => jit("x +")).toThrow(CompileError);
    expect(failure(() => jit("x + foo(y)").value({ x: 1, y: 1 }))).toBe(
      [
        "CompileError: expression:1:5 - error FG201: `foo` is not known here",
        "",
        "  1 | x + foo(y)",
        "    |     ^~~",
        "",
      ].join("\n"),
    );
  });

  it("of inputs say what they are", () => {
    const text = "a" as unknown as number;
    expect(failure(() => jit("x * y").value({ x: 1, y: text }))).toBe(
      "TypeError: y is a string, expected a number, an array, a typed array or { shape, data }",
    );
    const f = jit("f(x: f64[3], i: i32[1]) = take(x, i)");
    expect(failure(() => f.value({ x: [1, 2, 3], i: [1.5] }))).toBe(
      "TypeError: i[0] is 1.5, expected a whole number (i32)",
    );
    expect(failure(() => f.value({ x: [1, 2, 3], i: [3] }))).toContain("RangeError: i[0] is 3");
  });
});

describe("gradients agree with differences", () => {
  it.each<[string, Record<string, number[]>]>([
    ["sum(sigmoid(x * y) / (1 + x^2))", { x: [0.3, -1.2], y: [2, 0.7] }],
    ["logSumExp(x * w) + sum(tanh(w))^2", { x: [1, 2, -3], w: [0.1, -0.4, 0.5] }],
    ["mean(where(x > y, x * y, sqrt(y)))", { x: [1, 2, 0.1], y: [0.5, 3, 0.7] }],
  ])("of %s", (source, inputs) => {
    for (const optimize of [0, 2] as const) {
      const f = jit(source, { optimize });
      const arrays = Object.fromEntries(
        Object.entries(inputs).map(([name, data]) => [name, Float64Array.from(data)]),
      );
      const checks = checkGradient((at) => f.value(at) as number, arrays, f.grad(arrays).grads);
      expect(checks.map(({ name }) => name)).toEqual(Object.keys(inputs));
      expect(Math.max(...checks.map(({ error }) => error))).toBeLessThan(1e-8);
    }
  });
});

/** PyTorch, float64, for random inputs. */
const oracle: readonly [string, Record<string, JitInput>, number, Record<string, number[]>][] = [
  [
    "sum((W @ x) ** 2)",
    {
      W: {
        shape: [3, 4],
        data: [
          1.635279437130425, -1.9471688055136038, 0.6555979577550053, 1.9306164564706267,
          0.06284308446782516, -0.470111171521006, -1.9193307974240263, 1.103912540212824,
          1.2683588799453314, -0.9740388282431893, -1.2113793879789858, -0.6949943760177226,
        ],
      },
      x: {
        shape: [4],
        data: [-0.6849146116985545, 1.1486839789756251, 0.7240863368610886, -1.6249083831137456],
      },
    },
    53.42798007503743,
    {
      W: [
        8.245103097200726, -13.828027130665417, -8.716658101202384, 19.56088673455708,
        5.15955665115665, -8.653195540832233, -5.454642683265694, 12.240659948578546,
        2.3772309519682846, -3.986901523503744, -2.5131898524032414, 5.6398015701128426,
      ],
      x: [-24.561414965595286, 30.362453460094027, 10.770907320840674, -29.14475546416771],
    },
  ],
  [
    "softmaxCrossEntropy(s, y)",
    {
      s: {
        shape: [5, 4],
        data: [
          1.2882969089078338, 0.22230567807644475, -0.6348392848482867, 1.9510748524017787,
          -1.6796396625874088, 0.4511115753048345, -0.044444773485703415, 0.6013701517809955,
          -0.6604772627238957, 0.14107920457055023, 1.6269956628606215, 1.4608704203257208,
          0.07329898562111481, 1.0975035420384653, -1.7304061109081057, -0.13587343858148238,
          1.6722371846784987, -0.2704381094388868, -1.7758674225212796, 1.9827329214064284,
        ],
      },
      y: { shape: [5], data: [2, 2, 0, 0, 3] },
    },
    1.991786031650055,
    {
      s: [
        0.05829699159780155, 0.020076686356065604, -0.19148001742055662, 0.11310633946668949,
        0.008217532363208392, 0.0692014075523395, -0.1578402972377096, 0.0804213573221617,
        -0.19066353983403783, 0.0208110407356162, 0.09196426785893541, 0.0778882312394862,
        -0.1579904503517861, 0.11699152794295692, 0.006918450777525395, 0.034080471631303816,
        0.07876412600129333, 0.011288475581876515, 0.002505161070859231, -0.09255776265402907,
      ],
    },
  ],
];

describe("values and gradients agree with PyTorch", () => {
  it.each(oracle)("for %s", (source, inputs, value, grads) => {
    const result = jit(source).grad(inputs);
    expect(result.value).toBeCloseTo(value, 12);
    expect(Object.keys(result.grads)).toEqual(Object.keys(grads));
    for (const [name, expected] of Object.entries(grads)) {
      const { data } = result.grads[name] as { data: Float64Array };
      expect(Array.from(data)).toEqual(expected.map((x) => expect.closeTo(x, 12) as number));
    }
  });
});
