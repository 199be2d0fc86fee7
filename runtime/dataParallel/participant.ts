import type { FloatArray } from "../floatArray.js";
import type { Optimiser } from "../optimiser.js";
import { adam, adamw, momentum, nesterov, sgd } from "../optimisers.js";
import { arrive, words } from "./barrier.js";
import { failureOf, writeFailure } from "./failures.js";
import type { GradientModule, OptimiserChoice } from "./options.js";
import { arrayAt } from "./parameterTree.js";
import type { Leaf, Task } from "./plan.js";

/**
 * One worker's part of a step, in two stages. Each ends with the arrival at a
 * barrier, also after an error, so that nobody waits in vain.
 */
export interface Participant {
  /** Computes value and gradient of its rows and shares them. */
  readonly compute: () => void;
  /** Adds up, and updates, its part of each parameter. Does nothing if a worker has failed. */
  readonly combine: () => void;
}

/**
 * Loads what a worker needs. A module may take its time to create a work object.
 *
 * @param announce called when this worker opens a barrier
 * @throws TypeError if the module lacks the function
 */
export async function createParticipant(
  task: Task,
  module: GradientModule,
  announce?: () => void,
): Promise<Participant> {
  const { control, failures, inputs, leaves, numberNames, numbers, worker } = task;
  const { createWork, gradient, name } = functionsOf(module, task.function);
  const work = await createWork(task.sizes);
  const bundle: Record<string, unknown> = { ...inputs };
  const sources = leaves.map(({ parts }) => [...parts]);
  const publishers = leaves.map((leaf) => createPublisher(leaf, worker));
  const update = task.optimiser && createUpdate(task.optimiser, task);

  function computeRows(): void {
    for (let i = 0; i < numberNames.length; i++) bundle[numberNames[i]!] = numbers[i];
    const result = gradient(bundle, work);
    if (typeof result["value"] !== "number") {
      throw new TypeError(`${name} gives a value that is not one number`);
    }
    task.values[worker] = result["value"];
    for (let l = 0; l < leaves.length; l++) {
      const leaf = leaves[l]!;
      const own = arrayAt(result, leaf.path, leaf.parameter, name);
      sources[l]![worker] = own;
      publishers[l]!(own);
    }
  }

  function combineShards(): void {
    if (Atomics.load(control, words.failed) > 0) return;
    for (let l = 0; l < leaves.length; l++) {
      const { gradient: target, bounds } = leaves[l]!;
      addWeighted(target, sources[l]!, task.weights, bounds[worker]!, bounds[worker + 1]!);
    }
    update?.();
  }

  function attempt(stage: () => void): void {
    try {
      stage();
    } catch (error) {
      writeFailure(failures[worker]!, failureOf(error));
      Atomics.add(control, words.failed, 1);
    }
    arrive(control, task.workers, announce);
  }

  return { compute: () => attempt(computeRows), combine: () => attempt(combineShards) };
}

/** May take its time: a page's thread may not compile large modules of WebAssembly at once. */
type CreateWork = (sizes: Readonly<Record<string, number>>) => unknown;
type GradientFunction = (inputs: object, work: unknown) => Readonly<Record<string, unknown>>;

function functionsOf(module: GradientModule, name: string) {
  const exports = module as Readonly<Record<string, unknown>>;
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const find = (wanted: string): unknown => {
    if (typeof exports[wanted] === "function") return exports[wanted];
    throw new TypeError(
      `the module exports no function ${wanted}, only ${Object.keys(exports).join(", ")}`,
    );
  };
  const create = `create${title}Work`;
  return {
    createWork: find(`${create}Async` in exports ? `${create}Async` : create) as CreateWork,
    gradient: find(`${name}Grad`) as GradientFunction,
    name: `${name}Grad`,
  };
}

/** Copies a worker's gradient to where the others read it, all but the part it adds up itself. */
function createPublisher({ bounds, parts }: Leaf, worker: number): (own: FloatArray) => void {
  const start = bounds[worker]!;
  const end = bounds[worker + 1]!;
  const before = parts[worker]!.subarray(0, start);
  const after = parts[worker]!.subarray(end);
  // Views are garbage; a function that gives the same array each time needs them once.
  let known = before;
  let ownBefore = before;
  let ownAfter = after;
  return (own) => {
    if (own !== known) {
      known = own;
      ownBefore = own.subarray(0, start);
      ownAfter = own.subarray(end);
    }
    before.set(ownBefore);
    after.set(ownAfter);
  };
}

/** target = Σ weights[k] · sources[k] from start to end, in the order of the sources. */
function addWeighted(
  target: FloatArray,
  sources: readonly FloatArray[],
  weights: readonly number[],
  start: number,
  end: number,
): void {
  const first = sources[0]!;
  const p = weights[0]!;
  if (sources.length === 1) {
    for (let i = start; i < end; i++) target[i] = p * first[i]!;
    return;
  }
  const second = sources[1]!;
  const q = weights[1]!;
  // Four at a time: it takes two thirds of the time.
  const whole = start + 4 * Math.floor((end - start) / 4);
  for (let i = start; i < whole; i += 4) {
    target[i] = p * first[i]! + q * second[i]!;
    target[i + 1] = p * first[i + 1]! + q * second[i + 1]!;
    target[i + 2] = p * first[i + 2]! + q * second[i + 2]!;
    target[i + 3] = p * first[i + 3]! + q * second[i + 3]!;
  }
  for (let i = whole; i < end; i++) target[i] = p * first[i]! + q * second[i]!;
  for (let k = 2; k < sources.length; k++) {
    const source = sources[k]!;
    const weight = weights[k]!;
    for (let i = start; i < end; i++) target[i]! += weight * source[i]!;
  }
}

/** The optimiser of one worker's part of each parameter: its rules work element by element. */
function createUpdate(choice: OptimiserChoice, { leaves, rate, worker }: Task): () => void {
  const shards = (of: "parameter" | "gradient"): Record<string, FloatArray> =>
    Object.fromEntries(
      leaves.map((leaf) => [
        leaf.path.join("."),
        leaf[of].subarray(leaf.bounds[worker], leaf.bounds[worker + 1]),
      ]),
    );
  const gradients = shards("gradient");
  const optimiser = createOptimiser(choice, shards("parameter"));
  // A number read from the array is boxed for the call: once, as long as it stays the same.
  let current = NaN;
  return () => {
    if (rate[0] !== current) current = rate[0]!;
    optimiser.step(gradients, current);
  };
}

function createOptimiser(
  choice: OptimiserChoice,
  parameters: Record<string, FloatArray>,
): Optimiser<Record<string, FloatArray>> {
  switch (choice.name) {
    case "sgd":
      return sgd(parameters, choice);
    case "momentum":
      return momentum(parameters, choice);
    case "nesterov":
      return nesterov(parameters, choice);
    case "adam":
      return adam(parameters, choice);
    case "adamw":
      return adamw(parameters, choice);
  }
}
