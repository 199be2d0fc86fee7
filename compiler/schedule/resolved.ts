import { isLoop } from "./element.js";
import { resolve, type Index, type Scalar } from "./program.js";

type Element = Extract<Scalar, { kind: "element" }>;

/** The expression with every element turned into what it is read from, and every loop into the one that stands for it. */
export function withElements(value: Scalar, placed: (element: Element) => Scalar): Scalar {
  switch (value.kind) {
    case "element":
      return placed(value);
    case "index":
      return { kind: "index", index: indexWithElements(value.index, placed) };
    case "apply":
      return { ...value, arguments: value.arguments.map((part) => withElements(part, placed)) };
    case "total":
      return {
        ...value,
        terms: value.terms.map((term) => ({ ...term, value: withElements(term.value, placed) })),
      };
    default:
      return value;
  }
}

export function indexWithElements(position: Index, placed: (element: Element) => Scalar): Index {
  const { variable } = position;
  if (variable === null) return position;
  return isLoop(variable)
    ? { ...position, variable: resolve(variable) }
    : { ...position, variable: withElements(variable, placed) };
}
