import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("data-parallel learns digits, with one thread as with two", async () => {
  const program = `
import { loadMnist } from "./examples/digits/mnist.ts";
import { accuracy } from "./examples/digits/train.ts";
import { train } from "./examples/data-parallel/train.ts";
const { training, test } = loadMnist();
const few = { ...training, count: 6400 };
const first = { ...test, count: 2000 };
const one = accuracy(first, await train(few, { workers: 1, epochs: 1 }));
const two = accuracy(first, await train(few, { workers: 2, epochs: 1 }));
console.log(JSON.stringify([one, two]));
`;
  const run = promisify(execFile);
  const cwd = new URL("../..", import.meta.url);
  const { stdout } = await run(process.execPath, ["--import", "tsx", "--eval", program], { cwd });
  const [one, two] = JSON.parse(stdout) as [number, number];
  expect(one).toBeGreaterThan(0.85);
  expect(Math.abs(one - two)).toBeLessThan(0.02);
});
