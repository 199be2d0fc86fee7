import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { eachInTurn } from "./harness.js";
import { mlp } from "./networks/mlp.js";
import { compiled } from "./networks/ours.js";
import { hasPeers, versioned } from "./peers.js";
import { generated } from "./scalars/numbers.js";
import { root } from "./shipped.js";
import { printTable } from "./table.js";

/** What a page loads for a task: a module, and files of WebAssembly. */
interface Page {
  readonly name: string;
  readonly contents: string;
  readonly wasm?: readonly string[];
  readonly resolveDir?: string;
}

const bench = fileURLToPath(new URL(".", import.meta.url));

/** Bytes of JavaScript, minified and bundled by esbuild, and of WebAssembly. */
export async function benchBundle(): Promise<void> {
  await table("What a page loads for the gradient of the MLP 784-128-10", [
    {
      name: "flatgrad, digits trainer with optimiser",
      contents: 'export { train } from "./examples/digits/train.ts";',
      resolveDir: root,
    },
    {
      name: "flatgrad, the step alone",
      contents: compiled(mlp(64, [784, 128, 10]), { target: "js" }),
    },
    ...(hasPeers() ? networkPages() : []),
  ]);
  await table("What a page loads for the gradient of the staged quotient", [
    { name: "flatgrad", contents: generated(2) },
    ...(hasPeers() ? scalarPages() : []),
  ]);
}

function networkPages(): readonly Page[] {
  const tf =
    'export { add, losses, matMul, relu, setBackend, tensor, tidy, valueAndGrads } from "@tensorflow/tfjs-core"; import "@tensorflow/tfjs-core/dist/register_all_gradients";';
  const tfjs = versioned("@tensorflow/tfjs");
  return [
    { name: `${tfjs}, cpu`, contents: `${tf} import "@tensorflow/tfjs-backend-cpu";` },
    {
      name: `${tfjs}, wasm`,
      contents: `${tf} import "@tensorflow/tfjs-backend-wasm";`,
      wasm: ["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
    },
    {
      name: versioned("@jax-js/jax"),
      contents: 'export { defaultDevice, init, jit, nn, numpy, valueAndGrad } from "@jax-js/jax";',
    },
    {
      name: `${versioned("onnxruntime-web")}, without the model`,
      contents: 'export { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";',
      wasm: ["onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"],
    },
  ];
}

function scalarPages(): readonly Page[] {
  return [
    {
      name: versioned("@penrose/core"),
      contents:
        'export { add, div, exp, neg, squared, variable } from "@penrose/core"; export { genGradient } from "@penrose/core/dist/engine/Autodiff";',
    },
    {
      name: versioned("rose"),
      contents:
        'export { add, compile, Dual, div, fn, mul, neg, opaque, Real, Vec, vjp } from "rose";',
      wasm: ["@rose-lang/wasm/dist/wbg/rose_web_bg.wasm"],
    },
    { name: versioned("mathjs"), contents: 'export { derivative, parse } from "mathjs";' },
  ];
}

async function table(title: string, pages: readonly Page[]): Promise<void> {
  const rows: string[][] = [];
  await eachInTurn(pages, async ({ contents, name, resolveDir = bench, wasm = [] }) => {
    const code = await bundled(contents, resolveDir);
    const modules = Buffer.concat(
      wasm.map((path) => readFileSync(join(bench, "node_modules", path))),
    );
    rows.push([
      name,
      ...[code.length, gzipped(code), modules.length, gzipped(modules)].map((bytes) =>
        bytes.toLocaleString("en"),
      ),
    ]);
  });
  printTable(title, ["bytes", "JavaScript", "gzip", "WebAssembly", "gzip"], rows);
}

const gzipped = (bytes: Uint8Array) =>
  bytes.length === 0 ? 0 : gzipSync(bytes, { level: 9 }).length;

/** The module and all it imports, but for what it imports later or not at all. */
async function bundled(contents: string, resolveDir: string): Promise<Uint8Array> {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir, loader: "ts" },
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    outdir: "out",
    external: [...builtinModules, "node:*"],
    loader: { ".wasm": "empty" },
    logLevel: "error",
    metafile: true,
    write: false,
  });
  const entry = Object.keys(metafile.outputs).find((path) => path.endsWith("stdin.js"))!;
  const loaded = loadedWith(entry, metafile);
  const chunks = outputFiles.filter(({ path }) => [...loaded].some((name) => path.endsWith(name)));
  return Buffer.concat(chunks.map((chunk) => chunk.contents));
}

function loadedWith(path: string, metafile: Metafile): ReadonlySet<string> {
  const imports = metafile.outputs[path]!.imports.filter(
    ({ external, kind }) => kind === "import-statement" && external !== true,
  );
  return new Set([path, ...imports.flatMap((one) => [...loadedWith(one.path, metafile)])]);
}
