import { describe, expect, it } from "vitest";
import { accuracy, irises, train } from "../../examples/linear-svm/train.js";
import { random } from "../../runtime/index.js";
import { expectCurrent, expectGradients, printedBy } from "./support.js";

describe("linear-svm", () => {
  it("has a current generated module", () => expectCurrent("linear-svm"));

  it("agrees with finite differences", () => {
    const generator = random(6);
    const { count, x, y } = irises().test;
    const parameters = {
      W: generator.fillNormal(new Float64Array(12)),
      b: generator.fillNormal(new Float64Array(3)),
    };
    expectGradients("linear-svm", {
      function: "loss",
      parameters,
      data: { x: Float64Array.from(x), y },
      sizes: { N: count },
    });
    expectGradients("linear-svm", {
      function: "scores",
      parameters,
      data: { x: Float64Array.from(x) },
      sizes: { N: count },
      cotangent: generator.fillNormal(new Float64Array(3 * count)),
    });
  });

  it("tells irises apart", () => {
    const { training, test } = irises();
    const losses: number[] = [];
    const svm = train(training, 1000, (_, loss) => losses.push(loss));
    expect(losses[0]).toBeCloseTo(2, 6);
    expect(losses.at(-1)).toBeLessThan(0.1);
    expect(accuracy(training, svm)).toBeGreaterThanOrEqual(0.975);
    expect(accuracy(test, svm)).toBeGreaterThanOrEqual(0.9);
  });

  it("prints its accuracy", async () => {
    const printed = await printedBy(() => import("../../examples/linear-svm/main.js"));
    expect(printed).toMatch(/9\d\.\d % of 30 others/);
  });
});
