import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Unable, type Contender } from "../contender.js";
import { parametersOf, type Network } from "./network.js";

type Ask = (question: object) => Promise<Readonly<Record<string, unknown>> | null>;

/** A NumPy process with one thread that steps the network. */
export async function numpy(network: Network): Promise<Contender> {
  const { ask, end } = startPython();
  const folder = mkdtempSync(join(tmpdir(), "flatgrad-bench-"));
  const [path, answer] = [join(folder, "inputs.f32"), join(folder, "gradients.f32")];
  const arrays = Object.values(network.inputs).map(({ data }) => Float32Array.from(data));
  writeFileSync(path, Buffer.concat(arrays.map(({ buffer }) => new Uint8Array(buffer))));
  const ready = await ask({
    kind: network.kind,
    path,
    answer,
    inputs: Object.entries(network.inputs).map(([name, { shape }]) => [name, shape]),
    parameters: parametersOf(network),
  });
  const gradients = ready === null ? null : new Uint8Array(readFileSync(answer));
  rmSync(folder, { recursive: true });
  if (ready === null || gradients === null)
    throw new Unable("NumPy, as python3 with NumPy was not found");
  return {
    name: `NumPy ${String(ready["version"])}, one thread`,
    gradient: { value: Number(ready["loss"]), parts: split(network, gradients) },
    run: async (calls) => Number((await ask({ calls }))?.["seconds"]),
    end,
  };
}

function startPython(): { readonly ask: Ask; readonly end: () => void } {
  const script = fileURLToPath(new URL("steps.py", import.meta.url));
  const server = spawn("python3", [script], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  server.on("error", () => {});
  server.stdin.on("error", () => {});
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      server.stdin.write(`${JSON.stringify(question)}\n`);
      const answer = await lines.next();
      return answer.done === true ? null : (JSON.parse(answer.value) as Record<string, unknown>);
    },
    end: () => server.stdin.end(),
  };
}

/** The gradients from one array that holds them all. */
function split(
  network: Network,
  { buffer }: Uint8Array<ArrayBuffer>,
): Record<string, Float32Array> {
  let start = 0;
  const parts = parametersOf(network).map((name): [string, Float32Array] => {
    const { length } = network.inputs[name]!.data;
    const part = new Float32Array(buffer, 4 * start, length);
    start += length;
    return [name, part];
  });
  return Object.fromEntries(parts);
}
