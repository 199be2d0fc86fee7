import type { CompiledFunction } from "../backends/typescript/module.js";
import type { Random } from "../../runtime/index.js";
import { type Dim, dimProduct, evaluateDim, isDynamic } from "../ir/dim.js";
import { nodesOf, sizesOf, usersOf, type Graph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import type { Leaf, Leaves, Sizes } from "../jit/callable.js";
import { pathOf } from "../passes/differentiate.js";

const smallestSize = 3;
const largestSize = 64;
/** Values of an integer that selects nothing. */
const plainIntegers = 3;
/** Draws from the natural ranges, before positive numbers are tried. */
const naturalAttempts = 8;

/** Small sizes, each name another, that leave no axis empty. */
export function chooseSizes({ stages, programs }: CompiledFunction): Sizes {
  const graphs = [stages.graph, stages.gradient];
  const names = [
    ...new Set([...graphs.flatMap(sizesOf), ...programs.forward.sizes, ...programs.gradient.sizes]),
  ].toSorted();
  // How often a loop runs is found out while running.
  const dims = graphs
    .flatMap((graph) => nodesOf(graph).flatMap((node) => node.type.shape))
    .filter((dim) => !isDynamic(dim));
  for (let first = smallestSize; first <= largestSize; first++) {
    const sizes = Object.fromEntries(names.map((name, i) => [name, first + i]));
    if (dims.every((dim) => evaluateDim(dim, sizes) >= 1)) return sizes;
  }
  return Object.fromEntries(names.map((name, i) => [name, smallestSize + i]));
}

/** Draws inputs of a function. */
export class Points {
  readonly #inputs: readonly Node[];
  readonly #sizes: Sizes;
  readonly #ranges: ReadonlyMap<Node, readonly [number, number] | undefined>;
  readonly #bounds: ReadonlyMap<Node, number>;

  constructor({ stages }: CompiledFunction, sizes: Sizes) {
    this.#inputs = stages.graph.inputs;
    this.#sizes = sizes;
    const authored = readersOf(stages.graph);
    const lowered = readersOf(stages.optimised);
    this.#ranges = new Map(this.#inputs.map((node) => [node, naturalRange(node, authored)]));
    this.#bounds = new Map(this.#inputs.map((node) => [node, indexBound(node, lowered, sizes)]));
  }

  /** Inputs at random; where the first attempts gave no finite value, positive ones. */
  draw(generator: Random, attempt: number): Leaves {
    return new Map(
      this.#inputs.map((node) => [pathOf(node), this.#leaf(node, generator, attempt)]),
    );
  }

  #leaf(node: Node, generator: Random, attempt: number): Leaf {
    const { dtype, shape } = node.type;
    const data = new Float64Array(evaluateDim(dimProduct(shape), this.#sizes));
    if (dtype === "bool") data.forEach((_, i) => (data[i] = generator.integer(2)));
    else if (isFloat(dtype)) this.#fill(data, node, generator, attempt);
    else {
      const bound = this.#bounds.get(node) ?? plainIntegers;
      data.forEach((_, i) => (data[i] = generator.integer(bound)));
    }
    const [first = NaN] = data;
    if (shape.length === 0) return dtype === "bool" ? first !== 0 : first;
    if (dtype === "i32") return Int32Array.from(data);
    return dtype === "bool" ? Uint8Array.from(data) : data;
  }

  #fill(data: Float64Array, node: Node, generator: Random, attempt: number): void {
    const range = this.#ranges.get(node);
    const natural = attempt < naturalAttempts;
    if (range !== undefined && natural) generator.fillUniform(data, ...range);
    else if (natural) generator.fillNormal(data);
    else if (attempt % 2 === 0) generator.fillUniform(data, 0.3, 1.7);
    else generator.fillUniform(data, 0.05, 0.6);
  }
}

/** Who reads a value, and as which operand; views and reshapes are seen through. */
type Readers = (node: Node) => readonly {
  readonly user: Node;
  readonly operand: number;
}[];

function readersOf(graph: Graph): Readers {
  const users = usersOf([...new Set([...graph.inputs, ...nodesOf(graph)])]);
  const readers: Readers = (node) =>
    [...new Set(users.get(node) ?? [])].flatMap((user) => {
      const { kind } = user.op.lowering;
      if (kind === "view" || kind === "reshape") return readers(user);
      return user.inputs.flatMap((input, operand) => (input === node ? [{ user, operand }] : []));
    });
  return readers;
}

/** Where the operations that read an input are defined, as far as they agree. */
function naturalRange(node: Node, readers: Readers): readonly [number, number] | undefined {
  const ranges = readers(node).flatMap(({ user, operand }) => {
    const range = user.op.domain?.[operand];
    return range === undefined ? [] : [range];
  });
  const low = Math.max(...ranges.map(([from]) => from));
  const high = Math.min(...ranges.map(([, to]) => to));
  return ranges.length > 0 && low < high ? [low, high] : undefined;
}

/** How many values an integer input may take: the size of the axes it selects from. */
function indexBound(node: Node, readers: Readers, sizes: Sizes): number {
  const dims = readers(node).flatMap(({ user, operand }) => selectedAxis(user, operand));
  const bounds = dims.map((dim) => evaluateDim(dim, sizes));
  return Math.max(1, Math.min(...bounds, bounds.length > 0 ? Infinity : plainIntegers));
}

function selectedAxis(user: Node, operand: number): readonly Dim[] {
  const { op, inputs, attrs, type } = user;
  const { kind } = op.lowering;
  const axis = Number(attrs["axis"]);
  const from =
    kind === "gather" && operand === 1
      ? inputs[0]?.type.shape[axis]
      : kind === "scatterAdd" && operand === 0
        ? type.shape[axis]
        : comparedAxis(inputs[1 - operand]);
  return from === undefined ? [] : [from];
}

/** `labels == iota` makes a one-hot row: the labels number the classes. */
function comparedAxis(other: Node | undefined): Dim | undefined {
  if (other?.op.lowering.kind !== "iota") return undefined;
  return other.type.shape[Number(other.attrs["axis"])];
}
