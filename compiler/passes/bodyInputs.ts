import type { Node, Naming } from "../ir/node.js";
import type { TensorType } from "../ir/type.js";
import { bodyInput } from "../ops/loop.js";

/** A name that no other input of a body has; it is taken from now on. */
export function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  taken.add(name);
  return name;
}

/** Makes inputs for one body, whose names must differ. */
export class BodyInputs {
  readonly #taken: Set<string>;

  constructor(existing: readonly Node[] = []) {
    this.#taken = new Set(existing.map(({ attrs }) => String(attrs["name"])));
  }

  /** An input under a name that no other one has; printers see the given one. */
  make(type: TensorType, { name = "value", derivedName }: Naming): Node {
    return bodyInput(uniqueName(name, this.#taken), type, { name, derivedName });
  }

  /** An input for a derivative of a value: `d` or `v` before its name. */
  derivative(prefix: "d" | "v", { type, name = "value", derivedName }: Node): Node {
    const made = name === "value" ? true : derivedName;
    return this.make(type, { name: `${prefix}${name}`, derivedName: made });
  }
}
