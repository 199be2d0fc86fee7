import type { Node } from "../ir/node.js";
import { usersOf } from "../ir/graph.js";
import { loopParts } from "../ir/region.js";
import { isLoopRecord, isLoopResult, loopOf, loopValueIndex } from "../ops/loop.js";
import { isUpdate } from "../ops/positions.js";
import { isInline } from "./element.js";
import type { Guard } from "./guard.js";
import { carriedKey, type LoopValues } from "./loopValues.js";

/**
 * Which values are made by changing others in place. Arrays are values: an
 * element set is a new array. But where everything that reads the old one can
 * run before, the new one takes over its memory; otherwise it starts as a copy.
 */
export interface Sharing {
  /** For each value that takes over the memory of another: that other. */
  readonly baseOf: ReadonlyMap<Node, Node>;
}

export interface SharingRequest {
  readonly nodes: readonly Node[];
  readonly loops: ReadonlyMap<Node, LoopValues>;
  readonly stored: ReadonlySet<Node>;
  /** Contributions that are read by what they add into. */
  readonly absorbed: ReadonlySet<Node>;
  /** Carried values, whose memory may be written, and what they become. */
  readonly carried: ReadonlyMap<Node, Node>;
  /** Values that are read when everything has run. */
  readonly surviving: ReadonlySet<Node>;
  /** Under which outcomes of conditions values are worked out. */
  readonly guards: ReadonlyMap<Node, Guard>;
}

export function shareMemory(request: SharingRequest): Sharing {
  return { baseOf: new Sharer(request).run() };
}

/** The value whose memory this one is in: the first of those made from one another. */
export function rootOf(node: Node, { baseOf }: Sharing): Node {
  let root = node;
  for (let base = baseOf.get(root); base !== undefined; base = baseOf.get(root)) root = base;
  return root;
}

/**
 * The values on the way from a carried value to what it becomes, where each is
 * made from the one before by operations that can work in place.
 */
export function updatesBetween(input: Node, next: Node): ReadonlyMap<Node, Node> | null {
  const dead = new Set<Node>();
  const walk = (node: Node): readonly (readonly [Node, Node])[] | null => {
    if (node === input) return [];
    if (dead.has(node) || node.id < input.id) return null;
    for (const base of basesOf(node)) {
      const before = walk(base);
      if (before !== null) return [...before, [node, base]];
    }
    dead.add(node);
    return null;
  };
  const path = walk(next);
  return path === null ? null : new Map(path);
}

function basesOf(node: Node): readonly Node[] {
  if (isUpdate(node)) return node.inputs.slice(0, 1);
  if (node.op.lowering.kind === "accumulate") return node.inputs;
  if (!isLoopResult(node)) return [];
  const base = loopParts(loopOf(node)).carried[loopValueIndex(node)];
  return base === undefined ? [] : [base];
}

class Sharer {
  readonly #request: SharingRequest;
  readonly #users: ReadonlyMap<Node, readonly Node[]>;
  readonly #baseOf = new Map<Node, Node>();
  /** Values whose memory another one has taken over. */
  readonly #taken = new Set<Node>();
  /** What must run before a node though it is not read by it. */
  readonly #before = new Map<Node, readonly Node[]>();
  readonly #preferred = new Map<Node, Node>();

  constructor(request: SharingRequest) {
    this.#request = request;
    this.#users = usersOf(request.nodes);
    for (const [input, next] of request.carried)
      for (const [node, base] of updatesBetween(input, next) ?? [])
        if (!this.#preferred.has(node)) this.#preferred.set(node, base);
  }

  run(): ReadonlyMap<Node, Node> {
    const { nodes, loops } = this.#request;
    for (const node of nodes) {
      const { kind } = node.op.lowering;
      if (kind === "update") this.#try(node, node, node.inputs[0]);
      if (kind === "accumulate") this.#try(node, node, this.#baseOfSum(node));
      if (kind !== "loop") continue;
      loopParts(node).carried.forEach((initial, k) =>
        this.#try(carriedKey(node, k, loops), node, initial),
      );
    }
    return this.#baseOf;
  }

  /** The contribution that the others are added to in its own memory; undefined if a sum is as good. */
  #baseOfSum(node: Node): Node | undefined {
    if (node.type.shape.length === 0) return undefined;
    const preferred = this.#preferred.get(node);
    if (preferred !== undefined) return preferred;
    const isChanged = (x: Node) => isUpdate(x) || isLoopResult(x) || this.#baseOf.has(x);
    return node.inputs.find((x) => isChanged(x) && !this.#taken.has(x));
  }

  /** Lets `value`, which is made by `worker`, take over the memory of `base` if that is safe. */
  #try(value: Node, worker: Node, base: Node | undefined): void {
    if (base === undefined || this.#taken.has(base) || !this.#isWritable(base, worker)) return;
    const direct = [...(this.#users.get(base) ?? [])];
    direct.splice(direct.indexOf(worker), 1);
    const readers = this.#readersAmong(base, direct);
    if (readers === null || readers.includes(worker) || this.#dependsOn(readers, worker)) return;
    this.#baseOf.set(value, base);
    this.#taken.add(base);
    this.#before.set(worker, [...(this.#before.get(worker) ?? []), ...readers]);
  }

  #isWritable(base: Node, worker: Node): boolean {
    const { carried, stored, surviving } = this.#request;
    if (surviving.has(base)) return false;
    if (carried.has(base)) return base.type.shape.length > 0 || worker.op.lowering.kind === "loop";
    if (base.type.shape.length === 0)
      return worker.op.lowering.kind === "loop" && isLoopResult(base);
    if (base.op.lowering.kind === "leaf" || isLoopRecord(base)) return false;
    return !isInline(base) || stored.has(base);
  }

  /** What reads a value, through views and their like; null if such a one is read when all has run. */
  #readersAmong(base: Node, direct: readonly Node[]): readonly Node[] | null {
    const { stored, absorbed, surviving } = this.#request;
    const readers = new Set<Node>();
    const seen = new Set<Node>([base]);
    const stack = [...direct];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const isThrough = (isInline(node) && !stored.has(node)) || absorbed.has(node);
      if (!isThrough) readers.add(node);
      else if (surviving.has(node)) return null;
      else stack.push(...(this.#users.get(node) ?? []));
    }
    return [...readers];
  }

  /** True if any of the nodes must run after the worker. */
  #dependsOn(nodes: readonly Node[], worker: Node): boolean {
    const seen = new Set<Node>();
    const stack = [...nodes];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node === worker) return true;
      if (seen.has(node)) continue;
      seen.add(node);
      const guard = this.#request.guards.get(node) ?? [];
      const conditions = guard.map(({ condition }) => condition);
      stack.push(...node.inputs, ...conditions, ...(this.#before.get(node) ?? []));
    }
    return false;
  }
}
