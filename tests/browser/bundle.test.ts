import { createContext, runInContext, type Context } from "node:vm";
import { build } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import { compile, registry, type Source } from "../../compiler/index.js";

/** Bundled for a browser and loaded where there is nothing of Node, nor of a page. */
let page: Context;
let bundle: Awaited<ReturnType<typeof bundled>>;

function bundled() {
  return build({
    entryPoints: [new URL("../../compiler/index.ts", import.meta.url).pathname],
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "flatgrad",
    minify: true,
    metafile: true,
    write: false,
    outfile: "compiler.js",
    logLevel: "silent",
  });
}

beforeAll(async () => {
  bundle = await bundled();
  page = createContext({});
  runInContext(bundle.outputFiles[0]?.text ?? "", page);
});

/** Evaluates an expression on the page; the answer crosses as JSON. */
function onPage(expression: string): unknown {
  return JSON.parse(String(runInContext(`JSON.stringify(${expression})`, page)));
}

it("bundles without complaint", () => {
  expect(bundle.warnings).toEqual([]);
  const outside = Object.values(bundle.metafile.outputs).flatMap((output) => output.imports);
  // TypeScript's own, which it tries where a page's `performance` is missing, and does without.
  expect(outside.map(({ path }) => path)).toEqual(["perf_hooks"]);
});

it("runs without the globals of Node", () => {
  expect(
    onPage(`["process", "require", "Buffer", "module"].filter((name) => name in globalThis)`),
  ).toEqual([]);
});

it("knows every operation", () => {
  expect(onPage("[...flatgrad.registry.keys()].sort()")).toEqual([...registry.keys()].toSorted());
});

const sources: readonly Source[] = [
  { math: "f(x: [N, 3], w: f64[3]) = sum(relu(x * w) ^ 2)" },
  {
    entry: "model.ts",
    files: {
      "model.ts": `import { matmul, mean, type Tensor } from "flatgrad";
import { squash } from "./squash.js";

export function loss(x: Tensor<["N", 3]>, W: Tensor<[3, 2]>) {
  return mean(squash(matmul(x, W)));
}
`,
      "squash.ts": `import { sigmoid } from "flatgrad";

export function squash(x: number) {
  return sigmoid(2 * x);
}
`,
    },
  },
];

it.each(sources)("compiles to the same text as in Node: %j", (source) => {
  const options = { standalone: true };
  const call = `flatgrad.compile(${JSON.stringify(source)}, ${JSON.stringify(options)}).code`;
  expect(onPage(call)).toBe(compile(source, options).code);
});

it("reports errors", () => {
  const found = onPage(`(() => {
    const source = { entry: "m.ts", files: { "m.ts": "export function f(x: number) { return y; }" } };
    try {
      return flatgrad.compile(source).code;
    } catch (error) {
      return { isCompileError: error instanceof flatgrad.CompileError, codes: error.diagnostics.map((d) => d.code) };
    }
  })()`);
  expect(found).toEqual({ isCompileError: true, codes: ["FG201"] });
});
