import { readFileSync } from "node:fs";
import { expect, vi } from "vitest";
import { compile, type CompileOptions } from "../../compiler/index.js";
import { checkGradient, type FloatArray } from "../../runtime/index.js";
import { runCode } from "../support/runCode.js";

/** Expects the committed module of an example to be what the compiler makes of its model now. */
export function expectCurrent(example: string, options: CompileOptions = {}): void {
  const committed = readFileSync(pathOf(example, "model.grad.ts"), "utf8");
  const isCurrent = compileModel(example, options) === committed;
  const state = isCurrent ? "current" : "out of date: run `npm run generate`";
  expect(`examples/${example}/model.grad.ts is ${state}`).toMatch(/is current$/);
}

function compileModel(example: string, options: CompileOptions): string {
  const entry = `examples/${example}/model.ts`;
  const text = readFileSync(pathOf(example, "model.ts"), "utf8");
  return compile({ entry, files: { [entry]: text } }, options).code;
}

function pathOf(example: string, file: string): URL {
  return new URL(`../../examples/${example}/${file}`, import.meta.url);
}

/** What a gradient is checked at. */
interface Point {
  readonly function: string;
  /** What the gradient is by. */
  readonly parameters: Readonly<Record<string, FloatArray>>;
  /** The other inputs. */
  readonly data?: Readonly<Record<string, Float64Array | Int32Array>>;
  readonly sizes?: Readonly<Record<string, number>>;
  /** For a function that returns a tensor. */
  readonly cotangent?: Float64Array;
}

type Arrays = Readonly<Record<string, Float64Array | Int32Array>>;
type Gradients = Readonly<Record<string, FloatArray>>;

interface Generated {
  readonly createWork: (sizes: object) => unknown;
  readonly value: (inputs: Arrays, work: unknown) => number | Float64Array;
  readonly gradient: (inputs: Arrays, work: unknown) => Gradients;
  readonly vjp: (inputs: Arrays, cotangent: Float64Array, work: unknown) => Gradients;
}

/** Expects the f64 gradients of a tensor function to agree with finite differences. */
export function expectGradients(example: string, point: Point): void {
  const { parameters, data = {}, sizes = {}, cotangent } = point;
  const generated = generate64(example, point.function);
  const work = generated.createWork(sizes);
  const valueAt = (at: Arrays): number => {
    const value = generated.value({ ...data, ...at }, work);
    if (typeof value === "number") return value;
    return value.reduce((sum, v, i) => sum + v * cotangent![i]!, 0);
  };
  const at64 = Object.fromEntries(
    Object.entries(parameters).map(([name, x]) => [name, Float64Array.from(x)]),
  );
  const inputs = { ...data, ...at64 };
  const gradients =
    cotangent === undefined
      ? generated.gradient(inputs, work)
      : generated.vjp(inputs, cotangent, work);
  // The next call overwrites what this one returns.
  const copies = Object.fromEntries(
    Object.keys(parameters).map((name) => [`d${name}`, gradients[`d${name}`]!.slice()]),
  );
  const checks = checkGradient(valueAt, at64, copies, { maxElements: 100 });
  expect(checks.map(({ name }) => name)).toEqual(Object.keys(parameters));
  expect(checks.filter(({ error }) => !(error < 1e-6))).toEqual([]);
}

function generate64(example: string, name: string): Generated {
  const exports = runCode(compileModel(example, { precision: "f64" }));
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    createWork: exports[`create${title}Work`] as Generated["createWork"],
    value: exports[name] as Generated["value"],
    gradient: exports[`${name}Grad`] as Generated["gradient"],
    vjp: exports[`${name}Vjp`] as Generated["vjp"],
  };
}

/** Runs an example's main program and returns what it printed. */
export async function printedBy(run: () => Promise<unknown>): Promise<string> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await run();
    return log.mock.calls.map((line) => line.join(" ")).join("\n");
  } finally {
    log.mockRestore();
  }
}
