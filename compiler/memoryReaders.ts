import { nodesOf, usersOf, type Graph } from "./ir/graph.js";
import type { Node } from "./ir/node.js";
import { loopParts, regionGraph } from "./ir/region.js";
import { isLoop, isLoopRecord, loopOf, loopValueIndex } from "./ops/loop.js";
import { formulaOf, isNameless, labelOf, type Labels } from "./memoryFormula.js";

/** An operation of the backward pass, for readers: `dW2 = hᵀ · dscores`. */
export interface Reading {
  readonly text: string;
  readonly node: Node;
}

/** Says what reads a value, in a graph or the body of a loop. */
export class Readers {
  readonly #users: ReadonlyMap<Node, readonly Node[]>;
  readonly #outputs: ReadonlyMap<Node, string>;
  readonly #labels: Labels;

  constructor(graph: Graph, outputs: ReadonlyMap<Node, string>, labels: Labels = new Map()) {
    this.#users = usersOf([...graph.inputs, ...nodesOf(graph)]);
    this.#outputs = outputs;
    this.#labels = labels;
  }

  /** Those in the body of a loop. */
  static ofBody(loop: Node): Readers {
    return new Readers(regionGraph(loopParts(loop).region), new Map(), recordLabels(loop));
  }

  /** What `reader`, which reads `node`, is for. A loop is looked into. */
  readingsOf(node: Node, reader: Node): readonly Reading[] {
    if (!isLoop(reader)) return [this.#reading(reader)];
    const { sliced, slicedInputs, captured, capturedInputs } = loopParts(reader);
    const inputs = [
      ...slicedInputs.filter((_, i) => sliced[i] === node),
      ...capturedInputs.filter((_, i) => captured[i] === node),
    ];
    const inside = Readers.ofBody(reader);
    const found = inputs.flatMap((input) => inside.readingsIn(input));
    return found.length > 0 ? found : [{ text: "what a loop starts with", node: reader }];
  }

  /** What reads an input or value of a body. */
  readingsIn(value: Node): readonly Reading[] {
    const users = [...new Set(this.#users.get(value) ?? [])];
    return users
      .filter((user) => user.origin.phase === "backward")
      .flatMap((user) => this.readingsOf(value, user));
  }

  /** An operation, with its name or what it is for: the first value with a name that it goes into. */
  #reading(reader: Node): Reading {
    const formula = formulaOf(reader, this.#labels);
    const [target, last] = this.#target(reader);
    const name = this.#nameOf(target);
    if (name === undefined) return { text: formula, node: reader };
    if (target === reader) return { text: `${name} = ${formula}`, node: reader };
    const isTerm = target.op.name === "accumulate" && last === reader;
    const text = isTerm ? `${name} += ${formula}` : `${formula}, for ${name}`;
    return { text, node: reader };
  }

  /** The first value with a name, and what goes into it on the way. */
  #target(reader: Node): readonly [target: Node, last: Node] {
    let [target, last] = [reader, reader];
    while (this.#nameOf(target) === undefined) {
      const user = this.#users.get(target)?.find((one) => !isLoop(one));
      if (user === undefined) break;
      [target, last] = [user, target];
    }
    return [target, last];
  }

  #nameOf(node: Node): string | undefined {
    return this.#outputs.get(node) ?? (isNameless(node) ? undefined : node.name);
  }
}

/** In the body of a loop, what is read of the records of another goes by what they record. */
export function recordLabels(loop: Node): Labels {
  const { sliced, slicedInputs } = loopParts(loop);
  return new Map(
    sliced.flatMap((x, i): [Node, string][] => {
      const [input, recorded] = [slicedInputs[i], recordedBy(x)];
      return input === undefined || recorded === undefined ? [] : [[input, labelOf(recorded)]];
    }),
  );
}

/** The value of a body that a record keeps. */
export function recordedBy(record: Node): Node | undefined {
  if (!isLoopRecord(record)) return undefined;
  return loopParts(loopOf(record)).region.records[loopValueIndex(record)];
}
