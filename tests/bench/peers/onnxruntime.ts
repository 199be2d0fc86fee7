import * as ort from "onnxruntime-web";
import type { Contender, Entrant } from "../contender.js";
import { timedAsync } from "../harness.js";
import { parametersOf, type Network } from "../networks/network.js";
import { versioned } from "../peers.js";
import { OnnxGraph } from "./onnxGraph.js";
import { steps } from "./onnxSteps.js";

ort.env.wasm.numThreads = 1;

/** ONNX Runtime has no gradients: the backward pass is part of a graph written by hand. */
export const entrants: readonly Entrant<Network>[] = [onnxruntime];

async function onnxruntime(network: Network): Promise<Contender> {
  const session = await ort.InferenceSession.create(modelOf(network), {
    graphOptimizationLevel: "all",
  });
  const feeds = feedsOf(network);
  const results = await session.run(feeds);
  const parts = parametersOf(network).map((p) => [p, floats(results[`d${p}`]!)] as const);
  return {
    ...timedAsync(`${versioned("onnxruntime-web")}, wasm, backward by hand`, () =>
      session.run(feeds),
    ),
    gradient: { value: floats(results["loss"]!)[0]!, parts: Object.fromEntries(parts) },
  };
}

function floats({ data }: ort.Tensor): Float32Array {
  if (!(data instanceof Float32Array)) throw new Error("the result is not float32");
  return data;
}

function modelOf(network: Network): Uint8Array {
  const graph = new OnnxGraph();
  const { gradients, loss } = steps[network.kind](graph, network);
  graph.output("loss", loss);
  for (const name of parametersOf(network)) graph.output(`d${name}`, gradients[name]!);
  return graph.encode(
    Object.fromEntries(
      Object.entries(network.inputs).map(([name, { shape }]) => [name, shapeOf(name, shape)]),
    ),
  );
}

/** Labels come as rows with a one. */
function shapeOf(name: string, shape: readonly number[]): readonly number[] {
  return name === "labels" ? [shape[0]!, 10] : shape;
}

function feedsOf({ inputs }: Network): Record<string, ort.Tensor> {
  const entries = Object.entries(inputs).map(([name, { data, shape }]) => {
    const numbers = name === "labels" ? oneHot(data) : Float32Array.from(data);
    return [name, new ort.Tensor("float32", numbers, shapeOf(name, shape))] as const;
  });
  return Object.fromEntries(entries);
}

function oneHot(labels: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(labels.length * 10);
  for (let i = 0; i < labels.length; i++) rows[i * 10 + labels[i]!] = 1;
  return rows;
}
