/**
 * The WebAssembly kernels against those in JavaScript and NumPy: rates, and
 * the ratio of their times.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { collectingScope } from "../../compiler/backends/wasm/math/collectingScope.js";
import type { Dtype } from "../../compiler/backends/wasm/kernels/lanes.js";
import { matmulKernels, matmulScratchBytes } from "../../compiler/backends/wasm/kernels/matmul.js";
import { vectorFunction } from "../../compiler/backends/wasm/math/index.js";
import { interleave } from "../../compiler/backends/wasm/math/scope.js";
import { sigmoid } from "../../runtime/logistic.js";
import { matmulNN, matmulNT, matmulTN } from "../../runtime/matmul.js";
import { textModule, type TextModule } from "../backends/wasm/kernelsSupport.js";
import { type Candidate, compare, eachInTurn, timed } from "./harness.js";
import { printTable } from "./table.js";

const inJavaScript = { NN: matmulNN, NT: matmulNT, TN: matmulTN };
type Kind = keyof typeof inJavaScript;

interface Shape {
  readonly kind: Kind;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

const shapes: readonly Shape[] = [
  { kind: "NN", m: 256, n: 256, k: 256 },
  { kind: "TN", m: 784, n: 128, k: 64 },
  { kind: "NT", m: 64, n: 784, k: 128 },
  { kind: "NN", m: 64, n: 128, k: 784 },
  { kind: "NN", m: 64, n: 10, k: 128 },
  { kind: "TN", m: 128, n: 10, k: 64 },
  { kind: "NT", m: 64, n: 128, k: 10 },
  { kind: "NN", m: 256, n: 1024, k: 1024 },
  { kind: "TN", m: 1024, n: 1024, k: 256 },
  { kind: "NT", m: 256, n: 1024, k: 1024 },
  { kind: "NN", m: 1, n: 1000, k: 1000 },
  { kind: "NN", m: 1000, n: 1, k: 1000 },
  { kind: "NN", m: 8, n: 8, k: 8 },
];

const functions: Readonly<Record<string, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid,
};

const length = 65536;
const pages = 512;
const rounds = { rounds: 9, roundSeconds: 0.02 };

interface Numpy {
  readonly version: string;
  candidate(asked: object): Candidate;
  end(): void;
}

/** A NumPy process with one thread, or null. */
async function startNumpy(): Promise<Numpy | null> {
  const script = fileURLToPath(new URL("wasmKernels.py", import.meta.url));
  const server = spawn("python3", [script], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  server.on("error", () => {});
  server.stdin.on("error", () => {});
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown> | null> => {
    const line = await lines.next();
    return line.done === true ? null : (JSON.parse(line.value) as Record<string, unknown>);
  };
  const ready = await answer();
  if (ready === null) return null;
  return {
    version: String(ready["version"]),
    candidate: (asked) => ({
      name: "NumPy",
      run: async (calls) => {
        server.stdin.write(`${JSON.stringify({ ...asked, calls })}\n`);
        return Number((await answer())?.["seconds"]);
      },
    }),
    end: () => server.stdin.end(),
  };
}

async function benchProducts(dtype: Dtype, numpy: Numpy | null): Promise<void> {
  const wanted = (["NN", "NT", "TN"] as const).map((kind) => ({
    name: kind,
    dtype,
    transposeA: kind === "TN",
    transposeB: kind === "NT",
    accumulate: false,
  }));
  const module = textModule(
    matmulKernels(wanted),
    wanted.map(({ name }) => name),
    pages,
  );
  const bytes = dtype === "f32" ? 4 : 8;
  const rows: string[][] = [];
  await eachInTurn(shapes, async ({ kind, m, n, k }) => {
    const kernel = wanted.find(({ name }) => name === kind)!;
    const scratch = matmulScratchBytes(kernel, { rows: m, columns: n, inner: k });
    const aligned = (at: number): number => Math.ceil(at / 64) * 64;
    const b = aligned(m * k * bytes);
    const c = aligned(b + k * n * bytes);
    const end = aligned(c + m * n * bytes);
    if (end + scratch > pages * 65536) throw new Error("The memory is too small.");
    const fill = dtype === "f32" ? Float32Array : Float64Array;
    new fill(module.buffer, 0, c / bytes).fill(0.5);
    const arrays = [m * k, k * n, m * n].map((count) => new Float32Array(count).fill(0.5));
    const [x, y, z] = arrays as [Float32Array, Float32Array, Float32Array];
    const measured = await compare(
      [
        timed("WebAssembly", () => {
          module.call(kind, 0, b, c, m, n, k, end);
        }),
        timed("JavaScript, f32", () => {
          inJavaScript[kind](x, y, z, m, n, k);
        }),
        ...(numpy === null ? [] : [numpy.candidate({ kind, dtype: `float${bytes * 8}`, m, n, k })]),
      ],
      rounds,
    );
    const rates = measured.map(({ seconds }) => ((2e-9 * m * n * k) / seconds).toFixed(1));
    const ratios = measured.slice(1).map(({ speed }) => (1 / speed).toFixed(2));
    rows.push([`${kind} ${m} × ${n} × ${k}`, ...rates, ...ratios]);
  });
  const others = ["JavaScript, f32", ...(numpy === null ? [] : [`NumPy ${numpy.version}`])];
  printTable(
    `Matrix products in ${dtype}, GFLOP/s`,
    ["product", "WebAssembly", ...others, ...others.map((name) => `× ${name}`)],
    rows,
  );
}

/** Functions over an array, four vectors at a time. */
function functionModule(): TextModule {
  const texts = Object.keys(functions).map((name) => {
    const scope = collectingScope();
    const codes = [0, 16, 32, 48].map((at) =>
      vectorFunction(name, "f32x4")!(`(v128.load offset=${at} (local.get $x))`, scope),
    );
    return `(func $${name} (param $x i32) (param $y i32) (param $end i32) ${scope.declarations()}
      (loop $again
      ${interleave(codes.map(({ statements }) => statements)).join("\n")}
      ${codes.map(({ value }, i) => `(v128.store offset=${16 * i} (local.get $y) ${value})`).join("\n")}
      (local.set $y (i32.add (local.get $y) (i32.const 64)))
      (br_if $again (i32.ne (local.get $end)
        (local.tee $x (i32.add (local.get $x) (i32.const 64)))))))`;
  });
  return textModule(texts.join("\n"), Object.keys(functions), pages);
}

async function benchFunctions(numpy: Numpy | null): Promise<void> {
  const module = functionModule();
  const x = new Float32Array(module.buffer, 0, length).map((_, i) => 0.1 + (3.9 * i) / length);
  new Float32Array(module.buffer).set(x);
  const y = new Float32Array(length);
  const rows: string[][] = [];
  await eachInTurn(Object.entries(functions), async ([name, f]) => {
    const measured = await compare(
      [
        timed("WebAssembly", () => {
          module.call(name, 0, 4 * length, 4 * length);
        }),
        timed("JavaScript", () => {
          for (let i = 0; i < length; i++) y[i] = f(x[i]!);
        }),
        ...(numpy === null ? [] : [numpy.candidate({ kind: name, dtype: "float32", m: length })]),
      ],
      rounds,
    );
    rows.push([name, ...measured.map(({ seconds }) => ((seconds * 1e9) / length).toFixed(2))]);
  });
  const others = ["JavaScript", ...(numpy === null ? [] : [`NumPy ${numpy.version}`])];
  printTable("Functions, ns per f32 element", ["function", "WebAssembly", ...others], rows);
}

export async function benchWasmKernels(): Promise<void> {
  const numpy = await startNumpy();
  await benchProducts("f32", numpy);
  await benchProducts("f64", numpy);
  await benchFunctions(numpy);
  numpy?.end();
}
