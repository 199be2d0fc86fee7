import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createClassifier } from "../../examples/embed-in-page/classifier.js";
import { createDataset } from "../../examples/embed-in-page/datasets.js";
import { bundle } from "../../examples/embed-in-page/server.js";
import { random } from "../../runtime/index.js";
import { expectCurrent, expectGradients } from "./support.js";

describe("embed-in-page", () => {
  it("has a current generated module that imports nothing", () => {
    expectCurrent("embed-in-page", { standalone: true });
    const url = new URL("../../examples/embed-in-page/model.grad.ts", import.meta.url);
    expect(readFileSync(url, "utf8")).not.toMatch(/^import\b/m);
  });

  it("agrees with finite differences", () => {
    const generator = random(9);
    const { points, classes } = createDataset("moons");
    expectGradients("embed-in-page", {
      function: "loss",
      parameters: {
        W1: generator.fillNormal(new Float64Array(32)),
        b1: generator.fillNormal(new Float64Array(16)),
        W2: generator.fillNormal(new Float64Array(256)),
        b2: generator.fillNormal(new Float64Array(16)),
        w3: generator.fillNormal(new Float64Array(16)),
        b3: generator.fillNormal(new Float64Array(1)),
      },
      data: {
        points: Float64Array.from(points.subarray(0, 20)),
        classes: Float64Array.from(classes.subarray(0, 10)),
      },
      sizes: { N: 10 },
    });
  });

  it.each(["spirals", "moons", "rings"] as const)("learns two %s", (name) => {
    const dataset = createDataset(name);
    const classifier = createClassifier(dataset, dataset.points, 1);
    const first = classifier.step();
    for (let step = 0; step < 800; step++) classifier.step();
    expect(classifier.step()).toBeLessThan(first / 10);
    expect(classifier.accuracy()).toBeGreaterThan(0.98);
  });

  it("bundles without eval", async () => {
    const code = new TextDecoder().decode(await bundle());
    expect(code).not.toMatch(/\beval\b|\bFunction\s*\(/);
  });
});
