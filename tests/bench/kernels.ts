/**
 * The matrix kernels against three plain loops: GFLOP/s and their ratio.
 * Candidates take turns, so that a change of clock speed hits both alike.
 * Run: npm run bench -- kernels
 */
import { matmulNN, matmulNT, matmulTN } from "../../runtime/matmul.js";
import { random } from "../../runtime/random.js";
import { median, secondsOf } from "./harness.js";

type Kind = "NN" | "NT" | "TN";
type Kernel = typeof matmulNN;

const kernels: Record<Kind, Kernel> = {
  NN: matmulNN,
  NT: matmulNT,
  TN: matmulTN,
};

const naive: Record<Kind, Kernel> = {
  NN(a, b, c, m, n, k) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
        c[i * n + j] = sum;
      }
    }
  },
  NT(a, b, c, m, n, k) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[j * k + p]!;
        c[i * n + j] = sum;
      }
    }
  },
  TN(a, b, c, m, n, k) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[p * m + i]! * b[p * n + j]!;
        c[i * n + j] = sum;
      }
    }
  },
};

const shapes: readonly (readonly [Kind, number, number, number])[] = [
  ["NN", 256, 256, 256],
  ["TN", 784, 128, 64],
  ["NT", 64, 784, 128],
  ["NN", 64, 128, 784],
  ["NN", 64, 10, 128],
  ["TN", 128, 10, 64],
  ["NT", 64, 128, 10],
  ["NN", 256, 1024, 1024],
  ["NN", 1000, 1, 1000],
  ["NN", 1, 1000, 1000],
  ["TN", 1000, 1000, 1],
  ["NN", 1, 128, 784],
  ["NT", 10, 784, 64],
  ["NN", 8, 8, 8],
];

const rounds = 9;

function seconds(run: () => void, repeats: number): number {
  const all = secondsOf(() => {
    for (let i = 0; i < repeats; i++) run();
  });
  return all / repeats;
}

export function benchKernels(): void {
  const generator = random(1);
  console.log("\n### Matrix kernels against three plain loops, GFLOP/s\n\n```");
  console.log("kernel     m     n     k      ours     naive   ratio");
  for (const [kind, m, n, k] of shapes) {
    const a = generator.fillNormal(new Float32Array(m * k));
    const b = generator.fillNormal(new Float32Array(k * n));
    const c = new Float32Array(m * n);
    const flops = 2 * m * n * k;
    const repeats = Math.max(1, Math.round(1e7 / flops));
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      times[0].push(seconds(() => kernels[kind](a, b, c, m, n, k), repeats));
      times[1].push(seconds(() => naive[kind](a, b, c, m, n, k), repeats));
    }
    const [ours, theirs] = times.map((t) => flops / median(t) / 1e9) as [number, number];
    const sizes = [m, n, k].map((size) => String(size).padStart(6)).join("");
    const rates = [ours, theirs].map((r) => r.toFixed(2).padStart(10)).join("");
    const ratio = (ours / theirs).toFixed(1).padStart(8);
    console.log(`${kind}    ${sizes}${rates}${ratio}`);
  }
  console.log("```");
}
