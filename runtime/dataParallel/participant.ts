import type { FloatArray } from "../floatArray.js";
import type { Optimiser } from "../optimiser.js";
import { adam, adamw, momentum, nesterov, sgd } from "../optimisers.js";
import { arrive, words } from "./barrier.js";
import { createContributions } from "./contributions.js";
import { failureOf, writeFailure } from "./failures.js";
import type { GradientModule, OptimiserChoice } from "./options.js";
import { arrayAt } from "./parameterTree.js";
import type { Task } from "./plan.js";

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
  const contributions = leaves.map(createContributions(task));
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
      contributions[l]!.publish(arrayAt(result, leaf.path, leaf.parameter, name));
    }
  }

  function combineShards(): void {
    if (Atomics.load(control, words.failed) > 0) return;
    for (let l = 0; l < leaves.length; l++) contributions[l]!.combine();
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
