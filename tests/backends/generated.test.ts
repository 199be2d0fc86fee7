import { format } from "prettier";
import { describe, expect, it } from "vitest";
import type { CompiledFunction } from "../../compiler/backends/typescript/module.js";
import { compile, type CompileOptions } from "../../compiler/pipeline.js";
import { corpus, type CorpusModel } from "../support/corpus.js";
import {
  Caller,
  difference,
  evaluated,
  floatOutputs,
  generate,
  valuesFor,
  type Results,
} from "../support/generated.js";
import { typeErrors } from "../support/typeErrors.js";
import type { Values } from "../support/values.js";

const levels = [0, 2] as const;

/** Both levels in both languages; the embedded runtime, which has tests of its own, once. */
const printed: readonly { readonly label: string; readonly options: CompileOptions }[] = [
  ...levels.flatMap((level) =>
    (["ts", "js"] as const).map((target) => ({
      label: `-O${level}, ${target}`,
      options: { level, target },
    })),
  ),
  { label: "standalone", options: { standalone: true } },
];

function codeOf(model: CorpusModel, options: CompileOptions): string {
  return compile(model.source, { wrt: model.wrt, ...options }).code;
}

it("generated TypeScript passes the strictest checks", () => {
  const files = corpus.flatMap((model, i) =>
    printed
      .filter(({ options }) => options.target !== "js")
      .map(({ label, options }) => [`${i} ${model.name}/${label}.ts`, codeOf(model, options)]),
  );
  expect(typeErrors(Object.fromEntries(files))).toEqual([]);
});

describe.each(corpus)("$name", (model) => {
  it.each(printed)("is formatted: $label", async ({ options }) => {
    const code = codeOf(model, options);
    const parser = options.target === "js" ? "acorn" : "typescript";
    expect(code).toBe(await format(code, { parser }));
  });

  describe.each(levels)("-O%d", (level) => {
    it("is the same text every time, whatever the order of the files", () => {
      const { source } = model;
      const other =
        "math" in source
          ? source
          : { ...source, files: Object.fromEntries(Object.entries(source.files).toReversed()) };
      expect(codeOf({ ...model, source: other }, { level })).toBe(codeOf(model, { level }));
    });

    it("computes what the graphs mean, in double precision", () => {
      const generated = generate(model, { level, precision: "f64", verify: true });
      for (const compiled of generated.functions) {
        expectReference(new Caller(generated, compiled, model), compiled, model, 1e-12);
      }
    });

    it("computes what the graphs mean, in the precision asked for", () => {
      const generated = generate(model, { level });
      for (const compiled of generated.functions) {
        expectReference(new Caller(generated, compiled, model), compiled, model, 1e-5);
      }
    });
  });

  it("the JavaScript gives the bits of the TypeScript", () => {
    for (const level of levels) {
      const [typed, plain] = (["ts", "js"] as const).map((target) =>
        allResults(model, { level, target }),
      );
      expect(plain).toEqual(typed);
    }
  });

  it("a standalone module gives the bits of one that imports", () => {
    const standalone = allResults(model, { standalone: true });
    expect(standalone).toEqual(allResults(model, {}));
    expect(codeOf(model, { standalone: true })).not.toMatch(/^import /m);
  });

  it("the gradient is that of finite differences", () => {
    const generated = generate(model, { precision: "f64" });
    for (const compiled of generated.functions) {
      const caller = new Caller(generated, compiled, model);
      const values = valuesFor(model, compiled);
      const gradient = gradientsIn(caller.gradient(values));
      const numerical = numericalGradient(caller, compiled, values, Object.keys(gradient));
      expect(difference(gradient, numerical)).toBeLessThan(1e-6);
    }
  });
});

function expectReference(
  caller: Caller,
  compiled: CompiledFunction,
  model: CorpusModel,
  tolerance: number,
): void {
  const values = valuesFor(model, compiled);
  const { graph, gradient, optimised } = compiled.stages;
  const forward = evaluated(graph, values, model);
  expect(difference(caller.forward(values), forward)).toBeLessThan(tolerance);
  const result = caller.gradient(values);
  expect(difference(result, evaluated(gradient, values, model))).toBeLessThan(tolerance);
  expect(difference(result, evaluated(optimised, values, model))).toBeLessThan(tolerance);
  // Calls leave nothing behind that changes the next one.
  expect(caller.gradient(values)).toEqual(result);
  expect(difference(caller.forward(values), forward)).toBeLessThan(tolerance);
}

function allResults(model: CorpusModel, options: CompileOptions): readonly Results[] {
  const generated = generate(model, options);
  return generated.functions.flatMap((compiled) => {
    const caller = new Caller(generated, compiled, model);
    const values = valuesFor(model, compiled);
    return [caller.forward(values), caller.gradient(values)];
  });
}

function gradientsIn(results: Results): Results {
  return Object.fromEntries(Object.entries(results).filter(([name]) => name.startsWith("d")));
}

/** Central differences of Σ ⟨output, cotangent⟩, extrapolated: their error is of order h⁴. */
function numericalGradient(
  caller: Caller,
  compiled: CompiledFunction,
  values: Values,
  names: readonly string[],
): Results {
  const outputs = floatOutputs(compiled);
  const total = (moved: Values): number => {
    const results = caller.forward(moved);
    const terms = outputs.flatMap((name) => {
      const cotangent = values[`d${name}`]?.data;
      return (results[name] ?? []).map((x, i) => x * (cotangent?.[i] ?? 1));
    });
    return terms.reduce((p, q) => p + q, 0);
  };
  const slope = (name: string, i: number): number => {
    const value = values[name];
    if (value === undefined) throw new Error(`no input ${name}`);
    const at = (h: number) =>
      total({
        ...values,
        [name]: { ...value, data: value.data.with(i, (value.data[i] ?? NaN) + h) },
      });
    const central = (h: number) => (at(h) - at(-h)) / (2 * h);
    return (4 * central(5e-4) - central(1e-3)) / 3;
  };
  return Object.fromEntries(
    names.map((gradient) => {
      const name = gradient.slice(1);
      const count = values[name]?.data.length ?? 0;
      return [gradient, Array.from({ length: count }, (_, i) => slope(name, i))];
    }),
  );
}
