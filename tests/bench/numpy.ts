import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Candidate } from "./harness.js";
import type { Mlp } from "./mlp.js";

export interface NumpyMlp {
  readonly candidate: Candidate;
  readonly loss: number;
  readonly end: () => void;
}

/** A NumPy process with one thread that steps the network; null if python3 or NumPy is not there. */
export async function numpyMlp({
  batch,
  labels,
  parameters,
  sizes,
  x,
}: Mlp): Promise<NumpyMlp | null> {
  const script = fileURLToPath(new URL("mlpNumpy.py", import.meta.url));
  const server = spawn("python3", [script], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  server.on("error", () => {});
  server.stdin.on("error", () => {});
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object): Promise<Record<string, unknown> | null> => {
    server.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await lines.next();
    return answer.done === true ? null : (JSON.parse(answer.value) as Record<string, unknown>);
  };
  const folder = mkdtempSync(join(tmpdir(), "flatgrad-bench-"));
  const path = join(folder, "numbers.f32");
  const numbers = [x, Float32Array.from(labels), ...parameters].flatMap((array) => [...array]);
  writeFileSync(path, Float32Array.from(numbers));
  const ready = await ask({ path, batch, sizes });
  rmSync(folder, { recursive: true });
  if (ready === null) return null;
  return {
    loss: Number(ready["loss"]),
    candidate: {
      name: `NumPy ${String(ready["version"])}, one thread`,
      run: async (calls) => Number((await ask({ calls }))?.["seconds"]),
    },
    end: () => server.stdin.end(),
  };
}
