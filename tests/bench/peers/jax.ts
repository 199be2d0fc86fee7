import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import { Unable, type Contender, type Entrant } from "../contender.js";
import { timedAsync } from "../harness.js";
import { parametersOf, type Kind, type Network } from "../networks/network.js";
import { versioned } from "../peers.js";

type Arrays = Record<string, np.Array>;

/** jax-js on its WebAssembly backend, with `jit`; Node has no `Worker`, so that it runs one thread. */
export const entrants: readonly Entrant<Network>[] = [jax];

async function jax(network: Network): Promise<Contender> {
  const devices = await init("wasm");
  if (!devices.includes("wasm")) throw new Unable("jax-js, as its wasm device did not start");
  defaultDevice("wasm");
  const { data, parameters } = arraysOf(network);
  const loss = losses[network.kind];
  const gradient = jit(valueAndGrad((p: Arrays, d: Arrays) => loss({ ...p, ...d })));
  const step = () => gradient(referred(parameters), referred(data)) as [np.Array, Arrays];
  const [value, parts] = step();
  const read = parametersOf(network).map((name) => [name, parts[name]!.dataSync()] as const);
  return {
    ...timedAsync(`${versioned("@jax-js/jax")}, wasm`, async () => {
      const [l, g] = await blockUntilReady(step());
      l.dispose();
      for (const name of Object.keys(g)) g[name]!.dispose();
    }),
    gradient: { value: value.dataSync()[0]!, parts: Object.fromEntries(read) },
  };
}

function arraysOf({ inputs, kind }: Network): {
  readonly data: Arrays;
  readonly parameters: Arrays;
} {
  const entries = Object.entries(inputs).map(([name, { data, isParameter, shape }]) => {
    const array = np.array(Float32Array.from(data)).reshape([...shape]);
    const isLabels = kind !== "quotient" && name === "labels";
    return { name, isParameter, array: isLabels ? oneHot(data) : array };
  });
  const part = (isParameter: boolean) =>
    entries.filter((entry) => entry.isParameter === isParameter).map((e) => [e.name, e.array]);
  return {
    data: Object.fromEntries(part(false)) as Arrays,
    parameters: Object.fromEntries(part(true)) as Arrays,
  };
}

function oneHot(labels: ArrayLike<number>): np.Array {
  return nn.oneHot(np.array(Int32Array.from(labels)), 10);
}

/** A call takes ownership of its arguments: this keeps them for the next. */
function referred(arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]));
}

const losses: Readonly<Record<Kind, (v: Arrays) => np.Array>> = {
  mlp,
  conv,
  transformer,
  quotient,
};

function crossEntropy(scores: np.Array, labels: np.Array): np.Array {
  const rows = scores.shape[0]!;
  return nn
    .logSoftmax(scores)
    .mul(labels)
    .sum()
    .mul(-1 / rows);
}

function mlp(v: Arrays): np.Array {
  const depth = Object.keys(v).filter((name) => name.startsWith("W")).length;
  let h = v["x"]!;
  for (let l = 1; l <= depth; l++) {
    const sum = np.matmul(h, v[`W${l}`]!).add(v[`b${l}`]!);
    h = l < depth ? nn.relu(sum) : sum;
  }
  return crossEntropy(h, v["labels"]!);
}

function conv(v: Arrays): np.Array {
  const h1 = pool(nn.relu(convolve(v["x"]!, v["F1"]!).add(v["c1"]!)), 14);
  const h2 = pool(nn.relu(convolve(h1, v["F2"]!).add(v["c2"]!)), 7);
  return crossEntropy(np.matmul(h2.reshape([-1, 784]), v["W"]!).add(v["b"]!), v["labels"]!);
}

function convolve(x: np.Array, f: np.Array): np.Array {
  return lax.conv(x, f, [1, 1], "SAME");
}

function pool(x: np.Array, half: number): np.Array {
  const [batch, channels] = x.shape as [number, number];
  return np.max(x.reshape([batch, channels, half, 2, half, 2]), [3, 5]);
}

function layerNorm(x: np.Array, scale: np.Array, shift: np.Array): np.Array {
  return nn.standardize(x, -1, { epsilon: 1e-5 }).mul(scale).add(shift);
}

function transformer(v: Arrays): np.Array {
  const x = v["x"]!.reshape([-1, 64]);
  const normed = layerNorm(x.ref, v["scale1"]!, v["shift1"]!);
  const heads = (w: np.Array) =>
    np.matmul(normed.ref, w).reshape([-1, 32, 4, 16]).transpose([0, 2, 1, 3]);
  const [q, k, values] = [heads(v["Wq"]!), heads(v["Wk"]!), heads(v["Wv"]!)];
  normed.dispose();
  // nn.dotProductAttention needs iterator helpers, which Node 20 has not.
  const weights = nn.softmax(np.matmul(q, k.transpose([0, 1, 3, 2])).mul(0.25));
  const mixed = np.matmul(weights, values).transpose([0, 2, 1, 3]).reshape([-1, 64]);
  const attended = x.add(np.matmul(mixed, v["Wo"]!));
  const normed2 = layerNorm(attended.ref, v["scale2"]!, v["shift2"]!);
  const hidden = nn.relu(np.matmul(normed2, v["W1"]!).add(v["b1"]!));
  const block = attended.add(np.matmul(hidden, v["W2"]!).add(v["b2"]!));
  const pooled = np.mean(block.reshape([-1, 32, 64]), 1);
  return crossEntropy(np.matmul(pooled, v["W3"]!).add(v["b3"]!), v["labels"]!);
}

function quotient(v: Arrays): np.Array {
  const [x, y] = [v["x"]!, v["y"]!];
  const den = nn.sigmoid(x.ref).add(np.square(x.ref.add(y.ref)));
  return x.add(nn.sigmoid(y)).div(den).sum();
}
