import { describe, expect, it } from "vitest";
import { CompileError } from "../../compiler/diagnostic.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import { compile, type CompileOptions, type CompileResult } from "../../compiler/pipeline.js";
import { cli, folder } from "../cli/support.js";
import { callerOf } from "../support/compileGraph.js";
import { generate, valuesFor, type Results } from "../support/generated.js";
import { corpus, type CorpusModel } from "../support/corpus.js";
import type { Sizes } from "../support/values.js";

const layers = 12;

/** Layers of the same width; nothing is smaller than any other. */
function deep(dtype: "f32" | "f64"): string {
  const weights = Array.from({ length: layers }, (_, i) => `W${i}: ${dtype}[16, 16]`);
  const steps = Array.from({ length: layers }, (_, i) => `h${i + 1} = tanh(h${i} @ W${i})`);
  return `f(h0: ${dtype}[N, 16], ${weights.join(", ")}) = { ${steps.join("; ")}; sum(h${layers}^2) }`;
}

const sizes = { N: 256 };
const oneLayer = 256 * 16 * 8;

function arenaBytes({ functions }: CompileResult): number {
  const slots = functions[0]?.programs.gradient.arena.slots ?? [];
  return slots
    .map(({ bytes }) => Math.max(...bytes.map((dim) => evaluateDim(dim, sizes))))
    .reduce((p, q) => p + q, 0);
}

function gradientOf(compiled: CompileResult, model: CorpusModel): Results {
  const [built] = compiled.functions;
  if (built === undefined) throw new Error("nothing was compiled");
  return callerOf(compiled, model.sizes ?? {}).gradient(valuesFor(model, built));
}

function recomputed({ functions }: CompileResult): readonly string[] {
  return [...(functions[0]?.memory.recomputed ?? [])].map(({ name }) => name ?? "");
}

function diagnosticsOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics;
    throw error;
  }
  return [];
}

const build = (math: string, options: CompileOptions = {}) =>
  compile({ math }, { target: "js", verify: true, sizes, ...options });

describe("a deep network", () => {
  const model: CorpusModel = { name: "deep", source: { math: deep("f64") }, sizes };
  const plain = build(deep("f64"));

  it.each([10, 9, 8, 7, 6])(
    "fits into %i of its layers, with the same gradient to the bit",
    (count) => {
      const fitted = build(deep("f64"), { memoryBudget: count * oneLayer });
      expect(gradientOf(fitted, model)).toEqual(gradientOf(plain, model));
      const [held] = fitted.functions.map(({ memory }) => memory.bytes);
      expect(held).toBe(count * oneLayer);
      expect(arenaBytes(fitted)).toBeLessThan(arenaBytes(plain));
    },
  );

  it("needs less memory the smaller the budget", () => {
    const arenas = [12, 10, 8, 7].map((count) =>
      arenaBytes(build(deep("f64"), { memoryBudget: count * oneLayer })),
    );
    expect(arenas).toEqual(arenas.toSorted((a, b) => b - a));
    // Beside the layers there are the gradients, and what the step at hand works with.
    expect(arenas.at(-1)).toBeLessThan((7 + 1) * oneLayer + 2 * layers * 16 * 16 * 8);
  });

  it("computes nothing again that it need not", () => {
    expect(recomputed(build(deep("f64"), { memoryBudget: 13 * oneLayer }))).toEqual([]);
    expect(recomputed(build(deep("f64"), { memoryBudget: 12 * oneLayer }))).toHaveLength(1);
  });

  it("computes every layer twice at most", () => {
    const { code } = build(deep("f64"), { memoryBudget: 6 * oneLayer });
    const gradient = code.slice(code.indexOf("function fGrad"));
    const products = gradient.match(/matmulNN64\(/g) ?? [];
    expect(products.length).toBeGreaterThan(layers);
    expect(products.length).toBeLessThanOrEqual(2 * layers);
  });

  it("says the least it can hold", () => {
    const [problem] = diagnosticsOf(() => build(deep("f64"), { memoryBudget: oneLayer }));
    expect(problem?.code).toBe("FG508");
    expect(problem?.accepted).toBe(`a budget of ${6 * oneLayer} bytes or more`);
  });

  it("is as close in single precision as without a budget", () => {
    const single: CorpusModel = { ...model, source: { math: deep("f32") } };
    const fitted = build(deep("f32"), { memoryBudget: 8 * (oneLayer / 2) });
    expect(recomputed(fitted).length).toBeGreaterThan(3);
    const exact = gradientOf(build(deep("f32"), { precision: "f64" }), single);
    const errorOf = (compiled: CompileResult) => {
      const found = gradientOf(compiled, single);
      const errors = Object.entries(exact).flatMap(([name, numbers]) =>
        numbers.map((x, i) => Math.abs(x - (found[name]?.[i] ?? NaN))),
      );
      return Math.max(...errors);
    };
    expect(errorOf(fitted)).toBeLessThan(2 * errorOf(build(deep("f32"))));
  });
});

/** The smallest budget that a program can keep. */
function leastBudget(fit: (budget: number) => unknown): number {
  const [problem] = diagnosticsOf(() => fit(0));
  const [, bytes = "0"] = /a budget of (\d+) bytes/.exec(problem?.accepted ?? "") ?? [];
  return Number(bytes);
}

describe("the least memory", () => {
  const tensors = corpus.filter((model) => model.sizes !== undefined);

  it.each(tensors.map((model) => [model.name, model] as const))(
    "gives %s the same gradient",
    (_name, model) => {
      const options = { target: "js", precision: "f64", wrt: model.wrt } as const;
      const plain = generate(model, options);
      const names = new Set(plain.functions.flatMap(({ programs }) => programs.gradient.sizes));
      const known: Sizes = { ...Object.fromEntries([...names].map((n) => [n, 3])), ...model.sizes };
      const fit = (memoryBudget: number) =>
        compile(model.source, { ...options, verify: true, memoryBudget, sizes: known });
      const fitted = fit(leastBudget(fit));
      const want = compile(model.source, options);
      expect(gradientOf(fitted, model)).toEqual(gradientOf(want, model));
    },
  );
});

const unrolled = `import { matmul, sum, tanh, type Param, type Tensor } from "flatgrad";

export function rnn(
  x: Tensor<["T", "N", 4], "f64">,
  W: Param<[4, 6], "f64">,
  U: Param<[6, 6], "f64">,
  h0: Tensor<["N", 6], "f64">,
) {
  let h = h0;
  for (let t = 0; t < x.length; t++) {
    const p = matmul(x[t] as Tensor<["N", 4], "f64">, W) + matmul(h, U);
    h = (tanh(p * p) * 0.5 + h) as Tensor<["N", 6], "f64">;
  }
  return sum(h ** 2);
}
`;

describe("a recurrent network", () => {
  const given = { T: 7, N: 3 };
  const one = 7 * 3 * 6 * 8;
  const model: CorpusModel = {
    name: "rnn",
    source: { entry: "rnn.ts", files: { "rnn.ts": unrolled } },
    sizes: given,
  };
  const fit = (memoryBudget?: number) =>
    compile(model.source, { target: "js", verify: true, memoryBudget, sizes: given });

  it("computes products of its steps again rather than keep them", () => {
    const [plain, fitted] = [fit(), fit(2 * one)];
    expect(gradientOf(fitted, model)).toEqual(gradientOf(plain, model));
    const tapes = ({ functions }: CompileResult) =>
      functions[0]?.programs.gradient.buffers.filter(({ shape }) => shape[0] === "T").length;
    expect(tapes(plain)).toBe(3);
    expect(tapes(fitted)).toBe(1);
  });

  it("keeps what the loop carries", () => {
    const least = leastBudget(fit);
    expect(least).toBeGreaterThanOrEqual(one);
    expect(least).toBeLessThan(2 * one);
  });
});

describe("what a budget must know", () => {
  it("is the sizes", () => {
    const [problem] = diagnosticsOf(() => build(deep("f64"), { memoryBudget: 1000, sizes: {} }));
    expect(problem?.code).toBe("FG507");
    expect(problem?.message).toBe("the memory of `f` depends on N, which the budget needs to know");
    expect(problem?.hint).toBe("--size N=64");
  });

  it("is how often loops run", () => {
    const text =
      "export function f(x: number) {\n  let s = x;\n  while (s < 9) {\n    s = s * s + 1;\n  }\n  return s;\n}\n";
    const source = { entry: "f.ts", files: { "f.ts": text } };
    const [problem] = diagnosticsOf(() => compile(source, { memoryBudget: 1000 }));
    expect(problem?.code).toBe("FG507");
    expect(text.slice(problem?.span?.start, problem?.span?.end)).toMatch(/^while/);
  });
});

describe("on the command line", () => {
  const text = deep("f64").replaceAll("N", "64");

  it.each([
    ["60k", 61_440],
    ["98304", 98_304],
    ["1M", 1_048_576],
  ])("takes %s", async (given, bytes) => {
    const want = build(text, { memoryBudget: bytes, target: "ts" }).code;
    const { code, out } = await cli(["grad", text, "--memory-budget", given]);
    expect(code).toBe(0);
    expect(out).toBe(want);
  });

  it("takes sizes", async () => {
    const cwd = folder({ "rnn.ts": unrolled });
    const sized = ["--size", "T=7", "--size", "N=3"];
    const done = await cli(["build", "rnn.ts", "--memory-budget", "4k", ...sized], { cwd });
    expect(done).toMatchObject({ code: 0, err: "" });
    const refused = await cli(["build", "rnn.ts", "--memory-budget", "4k", "--size", "T=7"], {
      cwd,
    });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("error FG507: the memory of `rnn` depends on N,");
  });

  it.each([
    [["--memory-budget", "10x"], "It must be a whole number of bytes, or of k, M or G."],
    [["--memory-budget", "-1"], "It must be a whole number of bytes, or of k, M or G."],
    [["--size", "N"], "It must be a name and a whole number, such as N=64."],
    [["--memory-budget", "64k", "-O0"], "without optimisation, nothing shares memory"],
  ])("refuses %j", async (given, message) => {
    const { code, err } = await cli(["grad", "sum(x)", ...given]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it("refuses a size that nothing has", async () => {
    const { code, err } = await cli(["explain-memory", text, "--size", "M=3"]);
    expect(code).toBe(2);
    expect(err).toContain("there is no size `M`");
  });
});
