import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { corpus, type CorpusModel } from "../support/corpus.js";
import { Caller, difference, generate, valuesFor, type Results } from "../support/generated.js";

function allResults(model: CorpusModel, inexact: boolean): readonly Results[] {
  const generated = generate(model, { inexact, precision: "f64", verify: true });
  return generated.functions.flatMap((compiled) => {
    const caller = new Caller(generated, compiled, model);
    const values = valuesFor(model, compiled);
    return [caller.forward(values), caller.gradient(values)];
  });
}

describe.each(corpus)("$name, inexact", (model) => {
  it("differs by rounding only", () => {
    const [exact, inexact] = [false, true].map((asked) => allResults(model, asked));
    expect(inexact).toHaveLength(exact?.length ?? 0);
    exact?.forEach((expected, i) =>
      expect(difference(inexact?.[i] ?? {}, expected)).toBeLessThan(1e-11),
    );
  });

  it("is formatted", async () => {
    const { code } = generate(model, { inexact: true });
    expect(code).toBe(await format(code, { parser: "typescript" }));
  });
});
