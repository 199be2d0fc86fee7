import { describe, expect, it } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import type { CompileOptions } from "../../../compiler/pipeline.js";
import { corpus, type CorpusModel } from "../../support/corpus.js";
import { Caller, difference, evaluated, generate, valuesFor } from "../../support/generated.js";

const assembler = await loadAssembler();
const wasm: CompileOptions = { target: "wasm", assembler };
const levels = [0, 2] as const;
const precisions = [
  { label: "f64", options: { precision: "f64" }, tolerance: 1e-12 },
  { label: "as declared", options: {}, tolerance: 1e-5 },
] as const;

describe.each(corpus)("$name", (model: CorpusModel) => {
  describe.each(levels)("-O%d", (level) => {
    it.each(precisions)("means what the graphs mean, $label", ({ options, tolerance }) => {
      const generated = generate(model, { ...wasm, ...options, level });
      for (const compiled of generated.functions) {
        const caller = new Caller(generated, compiled, model);
        const values = valuesFor(model, compiled);
        const { graph, gradient } = compiled.stages;
        const forward = evaluated(graph, values, model);
        expect(difference(caller.forward(values), forward)).toBeLessThan(tolerance);
        const result = caller.gradient(values);
        expect(difference(result, evaluated(gradient, values, model))).toBeLessThan(tolerance);
        // Calls leave nothing behind that changes the next one.
        expect(caller.gradient(values)).toEqual(result);
        expect(difference(caller.forward(values), forward)).toBeLessThan(tolerance);
      }
    });
  });
});
