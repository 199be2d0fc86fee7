import type { Structure } from "../ir/structure.js";
import { describe, readTensor, type GivenTensor } from "./tensors.js";

/**
 * Reads a bundle the way its parameter is built, leaf by leaf.
 *
 * @throws TypeError if a field is missing or unknown, naming it
 */
export function readStructure<Leaf>(
  structure: Structure<Leaf>,
  value: unknown,
  path: string,
  into: Map<Leaf, GivenTensor>,
): void {
  switch (structure.kind) {
    case "leaf":
      into.set(structure.value, readTensor(path, value));
      return;
    case "tuple": {
      const { elements } = structure;
      if (!Array.isArray(value) || value.length !== elements.length)
        throw new TypeError(
          `${path} is ${Array.isArray(value) ? `an array of ${value.length}` : describe(value)}, expected an array of ${elements.length}`,
        );
      elements.forEach((element, i) => readStructure(element, value[i], `${path}[${i}]`, into));
      return;
    }
    case "object": {
      const fields = record(path, value);
      checkNames(
        fields,
        structure.fields.map(({ name }) => name),
        `${path} has no field`,
      );
      for (const { name, value: field } of structure.fields)
        readStructure(field, fields[name], `${path}.${name}`, into);
    }
  }
}

/** @throws TypeError naming the first input that is missing or that no parameter has */
export function checkNames(
  given: Readonly<Record<string, unknown>>,
  expected: readonly string[],
  complaint: string,
): void {
  const stranger = Object.keys(given).find((name) => !expected.includes(name));
  if (stranger !== undefined)
    throw new TypeError(`${complaint} \`${stranger}\`; expected ${expected.join(", ")}`);
  const missing = expected.find((name) => !Object.hasOwn(given, name));
  if (missing !== undefined)
    throw new TypeError(`\`${missing}\` is missing; expected ${expected.join(", ")}`);
}

export function record(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new TypeError(`${path} is ${describe(value)}, expected an object`);
}
