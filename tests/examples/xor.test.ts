import { describe, expect, it } from "vitest";
import { train, x, y } from "../../examples/xor/train.js";
import { random } from "../../runtime/index.js";
import { expectCurrent, expectGradients, printedBy } from "./support.js";

describe("xor", () => {
  it("has a current generated module", () => expectCurrent("xor"));

  it.each(["loss", "predict"])("agrees with finite differences: %s", (name) => {
    const generator = random(5);
    const points = Float64Array.from(x);
    const targets = Float64Array.from(y);
    expectGradients("xor", {
      function: name,
      parameters: {
        W1: generator.fillNormal(new Float64Array(8)),
        b1: generator.fillNormal(new Float64Array(4)),
        w2: generator.fillNormal(new Float64Array(4)),
        b2: generator.fillNormal(new Float64Array(1)),
      },
      sizes: { N: 4 },
      ...(name === "loss"
        ? { data: { x: points, y: targets } }
        : { data: { x: points }, cotangent: Float64Array.of(1, -2, 3, 0.5) }),
    });
  });

  it("is learnt", () => {
    const { losses, predictions } = train(500);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 100);
    expect(predictions.map(Math.round)).toEqual([0, 1, 1, 0]);
  });

  it("prints the truth table", async () => {
    const printed = await printedBy(() => import("../../examples/xor/main.js"));
    expect(printed).toMatch(/1 xor 0 = 1 {3}predicted 0\.9/);
  });
});
