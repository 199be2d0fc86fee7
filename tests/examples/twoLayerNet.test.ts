import { describe, expect, it } from "vitest";
import { train } from "../../examples/two-layer-net/train.js";
import { random } from "../../runtime/index.js";
import { expectCurrent, expectGradients } from "./support.js";

describe("two-layer-net", () => {
  it("has a current generated module", () => expectCurrent("two-layer-net"));

  it("agrees with finite differences", () => {
    const generator = random(2);
    const N = 3;
    expectGradients("two-layer-net", {
      function: "loss",
      parameters: {
        w1: generator.fillNormal(new Float64Array(1000 * 100), 0, 0.03),
        w2: generator.fillNormal(new Float64Array(100 * 10)),
      },
      data: {
        x: generator.fillNormal(new Float64Array(N * 1000)),
        y: generator.fillNormal(new Float64Array(N * 10)),
      },
      sizes: { N },
    });
  });

  it("makes the loss fall at least 100 times in 2000 steps", () => {
    const losses = train(2000);
    expect(losses).toHaveLength(2000);
    expect(losses[0]! / losses.at(-1)!).toBeGreaterThan(100);
  });
});
