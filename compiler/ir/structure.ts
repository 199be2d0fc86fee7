/** A value with fields or elements, as authors write parameters and results: a bundle of leaves. */
export type Structure<Leaf> =
  | { readonly kind: "leaf"; readonly value: Leaf }
  | {
      readonly kind: "object";
      readonly fields: readonly {
        readonly name: string;
        readonly value: Structure<Leaf>;
      }[];
    }
  | { readonly kind: "tuple"; readonly elements: readonly Structure<Leaf>[] };

/** All leaves, in order. */
export function leavesOf<Leaf>(structure: Structure<Leaf>): readonly Leaf[] {
  if (structure.kind === "leaf") return [structure.value];
  if (structure.kind === "object")
    return structure.fields.flatMap((field) => leavesOf(field.value));
  return structure.elements.flatMap(leavesOf);
}

/** The same structure with other leaves; `path` names the way down: `["params", "W1"]`. */
export function mapLeaves<From, To>(
  structure: Structure<From>,
  map: (leaf: From, path: readonly string[]) => To,
  path: readonly string[] = [],
): Structure<To> {
  switch (structure.kind) {
    case "leaf":
      return { kind: "leaf", value: map(structure.value, path) };
    case "object":
      return {
        kind: "object",
        fields: structure.fields.map(({ name, value }) => ({
          name,
          value: mapLeaves(value, map, [...path, name]),
        })),
      };
    case "tuple":
      return {
        kind: "tuple",
        elements: structure.elements.map((element, i) =>
          mapLeaves(element, map, [...path, String(i)]),
        ),
      };
  }
}
