import type { FloatArray } from "../floatArray.js";
import { controlLength } from "./barrier.js";
import { failureLength } from "./failures.js";
import type { Constants, DataArray, DataParallelOptions, OptimiserChoice } from "./options.js";
import { asGradients, mapParameters, type ParameterLeaf } from "./parameterTree.js";
import { copyOf, isDataArray, type Memory, zerosLike } from "./sharedArrays.js";
import { createSumMemory, type SumMemory } from "./sumMemory.js";

/** A parameter in shared memory, with its gradient and what the workers contribute to it. */
export interface Leaf {
  /** Where a gradient function's result has it: ["dW1"], or ["dparams", "W1"]. */
  readonly path: readonly string[];
  readonly parameter: FloatArray;
  readonly gradient: FloatArray;
  /** By worker. */
  readonly parts: readonly FloatArray[];
  /** Worker w adds up and updates elements bounds[w] … bounds[w + 1] − 1. */
  readonly bounds: readonly number[];
}

/** What one worker needs to know. It can be cloned, and clones share memory. */
export interface Task {
  readonly worker: number;
  readonly workers: number;
  /** The URL of the generated module, if the worker is to import it. */
  readonly module: string | undefined;
  readonly function: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly firstRow: number;
  readonly rowCount: number;
  /** All inputs of the function; of the data, this worker's rows. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly numberNames: readonly string[];
  /** The inputs that are numbers, read again in each step. */
  readonly numbers: Float64Array;
  readonly leaves: readonly Leaf[];
  /** Where gradients are added, if WebAssembly does it. */
  readonly sumMemory: SumMemory | undefined;
  /** By worker, what its value and gradient count in the sum. */
  readonly weights: readonly number[];
  /** By worker. */
  readonly values: Float64Array;
  /** By worker. */
  readonly failures: readonly Uint16Array[];
  readonly control: Int32Array;
  readonly optimiser: OptimiserChoice | undefined;
  /** One element, the learning rate of the step. */
  readonly rate: Float64Array;
  /** Whether to tell the calling thread by messages that a barrier is open. */
  readonly sendsMessages: boolean;
}

/** The memory of a pool, and the parts of its work. */
export interface Plan {
  readonly tasks: readonly Task[];
  readonly parameters: object;
  readonly gradients: object;
  readonly data: object;
  readonly constants: Record<string, DataArray | number>;
}

type Options<P, D, C> = DataParallelOptions<P, D, C>;

/**
 * Divides the batch and the parameters among the workers.
 *
 * @throws RangeError if the number of workers or a size does not fit
 * @throws TypeError if a parameter or an input is not an array
 */
export function createPlan<P extends object, D extends object, C extends Constants<C>>(
  options: Options<P, D, C>,
  workers: number,
  memory: Memory,
  sendsMessages: boolean,
): Plan {
  checkReduction(options.reduction);
  const rows = rowCount(options);
  const firstRows = divide(rows, workers, 1);
  const { leaves, parameters, gradients, sumMemory } = planParameters(
    options.parameters,
    workers,
    memory,
  );
  const data = copyData(options.data, memory);
  const constants = copyConstants(options.constants ?? {}, memory);
  const numberNames = Object.keys(constants).filter((name) => typeof constants[name] === "number");
  const counts = firstRows.slice(1).map((end, w) => end - firstRows[w]!);
  const isMean = options.reduction === "mean";
  const shared = {
    workers,
    module: options.module instanceof URL ? options.module.href : undefined,
    function: options.function,
    numberNames,
    numbers: zerosLike(memory, new Float64Array(numberNames.length)),
    leaves,
    sumMemory,
    weights: counts.map((count) => (isMean ? count / rows : 1)),
    values: zerosLike(memory, new Float64Array(workers)),
    failures: counts.map(() => new Uint16Array(memory.allocate(2 * failureLength))),
    control: zerosLike(memory, new Int32Array(controlLength)),
    // A schedule is a function, which stays with the calling thread.
    optimiser: options.optimiser && { ...options.optimiser, learningRate: 0 },
    rate: zerosLike(memory, new Float64Array(1)),
    sendsMessages,
  };
  const tasks = counts.map((count, worker): Task => {
    const firstRow = firstRows[worker]!;
    return {
      ...shared,
      worker,
      sizes: { ...options.sizes, [options.batch]: count },
      firstRow,
      rowCount: count,
      inputs: {
        ...constants,
        ...rowsOf(data, rows, firstRow, count, options.batch),
        ...parameters,
      },
    };
  });
  return { tasks, parameters, gradients, data, constants };
}

/** Without types it may be missing, and gradients would be added where a mean is meant. */
function checkReduction(reduction: unknown): void {
  if (reduction === "mean" || reduction === "sum") return;
  throw new TypeError(`reduction is ${String(reduction)}, expected "mean" or "sum"`);
}

function rowCount<P, D, C>({ batch, sizes, workers }: Options<P, D, C>): number {
  const rows = sizes[batch];
  if (rows === undefined) {
    throw new RangeError(
      `batch is ${batch}, expected one of the sizes: ${Object.keys(sizes).join(", ")}`,
    );
  }
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new RangeError(`workers is ${workers}, expected a whole number from 1`);
  }
  if (!(Number.isSafeInteger(rows) && rows >= workers)) {
    throw new RangeError(
      `size ${batch} is ${rows}, expected at least one row for each of ${workers} workers`,
    );
  }
  return rows;
}

/** Bounds of parts as equal as can be, the larger first, cut at multiples of a quantum. */
function divide(count: number, parts: number, quantum: number): readonly number[] {
  const whole = Math.ceil(count / quantum);
  const size = Math.floor(whole / parts);
  const larger = whole % parts;
  return Array.from({ length: parts + 1 }, (_, part) =>
    Math.min(count, quantum * (part * size + Math.min(part, larger))),
  );
}

function planParameters(tree: object, workers: number, memory: Memory) {
  const leaves: Leaf[] = [];
  const sums = workers > 1 ? sumArrays(tree, workers + 1, memory) : undefined;
  const zeros = (array: FloatArray): FloatArray =>
    sums?.zerosLike(array) ?? zerosLike(memory, array);
  const add = ({ path: [first, ...rest], array }: ParameterLeaf): FloatArray => {
    const parameter = copyOf(memory, array);
    leaves.push({
      path: [`d${first}`, ...rest],
      parameter,
      gradient: zeros(array),
      parts: Array.from({ length: workers }, () => zeros(array)),
      // No two workers write to one cache line.
      bounds: divide(array.length, workers, 64 / array.BYTES_PER_ELEMENT),
    });
    return parameter;
  };
  const parameters = mapParameters(tree, add);
  let next = 0;
  const gradients = asGradients(mapParameters(parameters, () => leaves[next++]!.gradient));
  return { leaves, parameters, gradients, sumMemory: sums?.memory };
}

/** Room for some arrays like each f32 parameter in the memory that WebAssembly adds in, if there is one. */
function sumArrays(tree: object, count: number, { canAdd }: Memory) {
  const room = (array: FloatArray) => 64 * Math.ceil(array.byteLength / 64);
  let bytes = 0;
  mapParameters(tree, ({ array }) => {
    if (array instanceof Float32Array) bytes += count * room(array);
    return array;
  });
  const memory = canAdd ? createSumMemory(bytes) : undefined;
  if (memory === undefined) return undefined;
  let next = 0;
  const zerosIn = (array: FloatArray): FloatArray | undefined => {
    if (!(array instanceof Float32Array)) return undefined;
    const start = next;
    next += room(array);
    return new Float32Array(memory.buffer, start, array.length);
  };
  return { memory, zerosLike: zerosIn };
}

function copyData(data: object, memory: Memory): Readonly<Record<string, DataArray>> {
  const entries = Object.entries(data).map(([name, array]: [string, unknown]) => {
    if (!isDataArray(array)) throw new TypeError(`data ${name} is no array of an input's elements`);
    return [name, copyOf(memory, array)] as const;
  });
  return Object.fromEntries(entries);
}

function copyConstants(constants: object, memory: Memory): Record<string, DataArray | number> {
  const entries = Object.entries(constants).map(([name, value]: [string, unknown]) => {
    if (typeof value === "number") return [name, value] as const;
    if (isDataArray(value)) return [name, copyOf(memory, value)] as const;
    throw new TypeError(`constant ${name} is neither a number nor an array`);
  });
  return Object.fromEntries(entries);
}

/** Views on some rows of all arrays. */
function rowsOf(
  data: Readonly<Record<string, DataArray>>,
  rows: number,
  first: number,
  count: number,
  batch: string,
): Readonly<Record<string, DataArray>> {
  const entries = Object.entries(data).map(([name, array]) => {
    const width = array.length / rows;
    if (!Number.isInteger(width)) {
      throw new RangeError(
        `${name} has ${array.length} elements, which are not ${batch} = ${rows} rows`,
      );
    }
    return [name, array.subarray(first * width, (first + count) * width)] as const;
  });
  return Object.fromEntries(entries);
}
