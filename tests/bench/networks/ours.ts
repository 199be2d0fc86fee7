import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { compile, type CompileOptions } from "../../../compiler/pipeline.js";
import type { Contender, Entrant } from "../contender.js";
import { importText } from "../evaluated.js";
import { timed } from "../harness.js";
import { dataOf, parametersOf, type Network } from "./network.js";

/** The compiler's ways to make a step, each a row of the tables. A new target is one more entry. */
export const ours: readonly Entrant<Network>[] = [
  generated("flatgrad", { level: 2, target: "js" }),
  generated("flatgrad, WebAssembly", { level: 2, target: "wasm-js" }),
  generated("flatgrad -O0", { level: 0, target: "js" }),
];

interface Generated {
  readonly createLossWork: (sizes: { readonly N: number }) => unknown;
  readonly lossGrad: (
    inputs: object,
    work: unknown,
  ) => Readonly<Record<string, Float32Array>> & { readonly value: number };
}

/** The network's generated module. */
export function compiled(network: Network, options: CompileOptions): string {
  const source = { entry: "model.ts", files: { "model.ts": network.model } };
  return compile(source, { ...options, standalone: true }).code;
}

function generated(name: string, options: CompileOptions): Entrant<Network> {
  return async (network) => {
    const assembler = options.target === "wasm-js" ? await loadAssembler() : undefined;
    const code = compiled(network, { ...options, assembler });
    const { createLossWork, lossGrad } = await importText<Generated>(code);
    const work = createLossWork({ N: network.batch });
    const inputs = inPlace(dataOf(network), work);
    const result = lossGrad(inputs, work);
    const parts = parametersOf(network).map((p) => [p, result[`d${p}`]!.slice()] as const);
    return {
      ...timed(name, () => lossGrad(inputs, work)),
      gradient: { value: result.value, parts: Object.fromEntries(parts) },
    };
  };
}

/** The inputs where the module wants them: in its own memory, if it has one. */
function inPlace(data: Readonly<Record<string, Numbers>>, work: unknown): object {
  const { inputs } = work as { readonly inputs?: Readonly<Record<string, Numbers>> };
  if (inputs === undefined) return data;
  for (const [name, values] of Object.entries(data)) inputs[name]!.set(values);
  return inputs;
}

type Numbers = Float32Array | Int32Array;

interface ByHand {
  readonly createStep: (inputs: object, gradients: object) => () => number;
}

/** The network's step in plain loops. */
export async function byHand(network: Network): Promise<Contender> {
  const { createStep } = await importText<ByHand>(network.byHand);
  const parts = Object.fromEntries(
    parametersOf(network).map((p) => [p, new Float32Array(network.inputs[p]!.data.length)]),
  );
  const step = createStep(dataOf(network), parts);
  const value = step();
  const copies = Object.entries(parts).map(([p, part]) => [p, part.slice()] as const);
  return {
    ...timed("by hand, plain loops", step),
    gradient: { value, parts: Object.fromEntries(copies) },
  };
}
