import { describe, expect, test } from "vitest";
import { compile } from "../../compiler/pipeline.js";
import { makeCallable } from "../../compiler/jit/callable.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { TRANSFORM_NAMES } from "../../compiler/elaborate/values.js";
import { EMITTED } from "../../compiler/emitted.js";
import { DERIVATIVES } from "../../docs/generator/derivativeExamples.js";
import { derivativesPage, generatedBody } from "../../docs/generator/derivatives.js";
import { typeErrors } from "../model/typeErrors.js";
import { cli, folder } from "../cli/support.js";

test("every derivative has an example, and every target a line", () => {
  const shown = DERIVATIVES.map(({ title }) => title.split("(")[0] ?? "");
  expect(shown.toSorted()).toEqual([...TRANSFORM_NAMES].toSorted());
  const page = derivativesPage();
  for (const kind of EMITTED)
    expect(page).toContain(`\`f${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}(`);
});

describe.each(DERIVATIVES.map((one) => [one.title, one] as const))("%s", (_title, example) => {
  const { language, program } = example;

  test("its gradients agree with differences", async () => {
    const cwd = folder({ "model.ts": program });
    const argument = language === "math" ? program : "model.ts";
    const { code, out } = await cli(["check", argument, "--function", "f"], { cwd });
    expect(out).not.toContain("FAILED");
    expect(code).toBe(0);
  });

  test("it type-checks as a model", () => {
    if (language === "typescript") expect(typeErrors(program)).toEqual([]);
    expect(generatedBody(example)).toMatch(/^export function f\(/);
  });
});

describe("the implicit function theorem in place of unrolled iterations", () => {
  const program =
    DERIVATIVES.find(({ title }) => title.startsWith("customGradient"))?.program ?? "";
  const compiled = (text: string) => {
    const { code, functions } = compile(
      { entry: "m.ts", files: { "m.ts": text } },
      { target: "js", functions: ["f"] },
    );
    const [first] = functions;
    if (first === undefined) throw new Error("nothing was compiled");
    return { first, callable: makeCallable(first, evaluateModule(code)) };
  };
  const plain = program
    .replace('grad(anomaly, "e")(m, e)', "anomaly(m, e)")
    .replace("cos, customGradient, grad, sin", "cos, customGradient, sin");
  const unrolled = plain.replace("return anomaly(m, e)", "return solve(m, e)");

  test("gives the derivative of the solution", () => {
    for (const [m, e] of [
      [0.7, 0.3],
      [2.5, 0.6],
      [-1.1, 0.1],
    ] as const) {
      const at = new Map([
        ["m", m],
        ["e", e],
      ]);
      const { value, gradients } = compiled(plain).callable.gradient(at, {});
      const z = Number(value.get("value"));
      expect(z - e * Math.sin(z)).toBeCloseTo(m, 14);
      expect(gradients.get("m")).toBeCloseTo(1 / (1 - e * Math.cos(z)), 14);
      expect(gradients.get("e")).toBeCloseTo(Math.sin(z) / (1 - e * Math.cos(z)), 14);
    }
  });

  test("its backward pass is a fraction of that of the iterations", () => {
    const operations = (text: string) => {
      const { programs } = compiled(text).first;
      return programs.gradient.operations - programs.forward.operations;
    };
    expect(operations(plain) * 5).toBeLessThan(operations(unrolled));
  });
});
