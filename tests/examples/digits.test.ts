import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { loadMnist } from "../../examples/digits/mnist.js";
import { accuracy, train } from "../../examples/digits/train.js";
import { random } from "../../runtime/index.js";
import { expectCurrent, expectGradients } from "./support.js";

describe("digits", () => {
  it("has a current generated module", () => expectCurrent("digits"));

  it("agrees with finite differences", () => {
    const generator = random(8);
    const N = 4;
    const parameters = {
      W1: generator.fillNormal(new Float64Array(784 * 128), 0, 0.05),
      b1: generator.fillNormal(new Float64Array(128)),
      W2: generator.fillNormal(new Float64Array(128 * 10), 0, 0.1),
      b2: generator.fillNormal(new Float64Array(10)),
    };
    const pixels = generator.fillUniform(new Float64Array(N * 784), 0, 255);
    expectGradients("digits", {
      function: "loss",
      parameters,
      data: { pixels, digits: Int32Array.of(3, 1, 4, 9) },
      sizes: { N },
    });
  });

  it("reads all of MNIST", () => {
    const { training, test } = loadMnist();
    expect([training.count, test.count]).toEqual([60_000, 10_000]);
    expect([...training.digits.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect(training.pixels).toHaveLength(60_000 * 784);
    expect(test.pixels.reduce((most, p) => Math.max(most, p), 0)).toBe(255);
  });

  it("classifies most test images after one pass over a fifth of the training images", () => {
    const { training, test } = loadMnist();
    const losses: number[] = [];
    const network = train(
      { ...training, count: 12_000 },
      { epochs: 1, onStep: (_, loss) => losses.push(loss) },
    );
    expect(losses).toHaveLength(187);
    expect(losses[0]).toBeGreaterThan(1.5);
    expect(accuracy(test, network)).toBeGreaterThan(0.9);
  });

  it("bundles its trainer into 4 kB", async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: 'export { train } from "./examples/digits/train.ts";',
        resolveDir: new URL("../..", import.meta.url).pathname,
      },
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    const code = outputFiles[0]!.contents;
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(4000);
    const bundled = (await import(
      `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
    )) as { train: typeof train };
    const { training } = loadMnist();
    const few = { ...training, count: 640 };
    expect(bundled.train(few, { epochs: 1 })).toEqual(train(few, { epochs: 1 }));
  });
});
