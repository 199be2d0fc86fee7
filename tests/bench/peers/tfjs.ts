import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { type Contender, type Entrant } from "../contender.js";
import { timed } from "../harness.js";
import { parametersOf, type Input, type Kind, type Network } from "../networks/network.js";

type Backend = "cpu" | "wasm";
type Tensors = Readonly<Record<string, tf.Tensor>>;

const wasmPackage = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
setWasmPaths(join(dirname(wasmPackage), "/"));
setThreadsCount(1);

/** TensorFlow.js, eager; a step's tensors stay in the backend and are disposed of. */
export const entrants: readonly Entrant<Network>[] = [tfjs("cpu"), tfjs("wasm")];

function tfjs(backend: Backend): Entrant<Network> {
  return async (network) => {
    await tf.setBackend(backend);
    // It defines a Worker, from which jax-js would conclude that its memory is shared.
    Reflect.deleteProperty(globalThis, "Worker");
    const names = parametersOf(network);
    const inputs = tensorsOf(network);
    const loss = (...parameters: tf.Tensor[]) =>
      losses[network.kind](
        { ...inputs, ...Object.fromEntries(names.map((name, i) => [name, parameters[i]!])) },
        backend,
      );
    const given = names.map((name) => inputs[name]!);
    const gradient = tf.valueAndGrads(loss);
    const { grads, value } = gradient(given);
    const contender = timed(`tfjs ${tf.version.tfjs}, ${backend}`, () => {
      tf.tidy(() => void gradient(given));
    });
    return {
      ...contender,
      gradient: {
        value: value.dataSync()[0]!,
        parts: Object.fromEntries(names.map((name, i) => [name, filled(grads[i]!, name)])),
      },
      async run(calls) {
        await tf.setBackend(backend);
        return contender.run(calls);
      },
    } satisfies Contender;
  };
}

/** Elements in the order of the network's shapes: filters of tfjs are [height, width, inputs, outputs]. */
function filled(gradient: tf.Tensor, name: string): ArrayLike<number> {
  return (name.startsWith("F") ? tf.transpose(gradient, [3, 2, 0, 1]) : gradient).dataSync();
}

function tensorsOf({ inputs, kind }: Network): Tensors {
  const entries = Object.entries(inputs).map(([name, input]): [string, tf.Tensor] => {
    if (name === "labels") return [name, oneHot(input)];
    const tensor = tf.tensor(input.data, [...input.shape]);
    if (kind !== "conv") return [name, tensor];
    if (name.startsWith("F")) return [name, tf.transpose(tensor, [2, 3, 1, 0])];
    return [name, name === "x" ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor];
  });
  return Object.fromEntries(entries);
}

function oneHot({ data }: Input): tf.Tensor {
  return tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(data), "int32"), 10), "float32");
}

const losses: Readonly<Record<Kind, (v: Tensors, backend: Backend) => tf.Tensor>> = {
  mlp,
  conv,
  transformer,
  quotient,
};

function crossEntropy(scores: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.losses.softmaxCrossEntropy(labels, scores);
}

function mlp(v: Tensors): tf.Tensor {
  const depth = Object.keys(v).filter((name) => name.startsWith("W")).length;
  let h = v["x"]!;
  for (let l = 1; l <= depth; l++) {
    const sum = tf.add(tf.matMul(h, v[`W${l}`]!), v[`b${l}`]!);
    h = l < depth ? tf.relu(sum) : sum;
  }
  return crossEntropy(h, v["labels"]!);
}

function conv(v: Tensors, backend: Backend): tf.Tensor {
  const layer = backend === "cpu" ? convolve : convolveAsVolume;
  const h1 = layer(v["x"]!, v["F1"]!, tf.reshape(v["c1"]!, [8]));
  const h2 = layer(h1, v["F2"]!, tf.reshape(v["c2"]!, [16]));
  const flat = tf.reshape(tf.transpose(h2, [0, 3, 1, 2]), [-1, 784]);
  return crossEntropy(tf.add(tf.matMul(flat, v["W"]!), v["b"]!), v["labels"]!);
}

function convolve(x: tf.Tensor, f: tf.Tensor, c: tf.Tensor): tf.Tensor {
  const sum = tf.add(tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, "same"), c);
  return tf.maxPool(tf.relu(sum) as tf.Tensor4D, 2, 2, "same");
}

/** The wasm backend has no gradient of conv2d by its filters, but of conv3d. */
function convolveAsVolume(x: tf.Tensor, f: tf.Tensor, c: tf.Tensor): tf.Tensor {
  const [batch, height, width, inputs] = x.shape as [number, number, number, number];
  const outputs = f.shape[3]!;
  const volume = tf.reshape(x, [batch, 1, height, width, inputs]) as tf.Tensor5D;
  const filter = tf.reshape(f, [1, 3, 3, inputs, outputs]) as tf.Tensor5D;
  const image = tf.reshape(tf.conv3d(volume, filter, 1, "same"), [batch, height, width, outputs]);
  return tf.maxPool(tf.relu(tf.add(image, c)), 2, 2, "same");
}

function layerNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
}

function transformer(v: Tensors): tf.Tensor {
  const x = tf.reshape(v["x"]!, [-1, 64]);
  const heads = (w: tf.Tensor) =>
    tf.transpose(tf.reshape(tf.matMul(normed, w), [-1, 32, 4, 16]), [0, 2, 1, 3]);
  const normed = layerNorm(x, v["scale1"]!, v["shift1"]!);
  const [q, k, values] = [heads(v["Wq"]!), heads(v["Wk"]!), heads(v["Wv"]!)];
  const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 0.25));
  const mixed = tf.reshape(tf.transpose(tf.matMul(weights, values), [0, 2, 1, 3]), [-1, 64]);
  const attended = tf.add(x, tf.matMul(mixed, v["Wo"]!));
  const normed2 = layerNorm(attended, v["scale2"]!, v["shift2"]!);
  const hidden = tf.relu(tf.add(tf.matMul(normed2, v["W1"]!), v["b1"]!));
  const block = tf.add(attended, tf.add(tf.matMul(hidden, v["W2"]!), v["b2"]!));
  const pooled = tf.mean(tf.reshape(block, [-1, 32, 64]), 1);
  return crossEntropy(tf.add(tf.matMul(pooled, v["W3"]!), v["b3"]!), v["labels"]!);
}

function quotient({ x, y }: Tensors): tf.Tensor {
  const den = tf.add(tf.sigmoid(x!), tf.square(tf.add(x!, y!)));
  return tf.sum(tf.div(tf.add(x!, tf.sigmoid(y!)), den));
}
