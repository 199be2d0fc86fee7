import type { Span } from "../diagnostic.js";
import type { Context, Placed } from "./context.js";
import { describe, POISON, type Value } from "./values.js";

type Derivative = Extract<Value, { kind: "derivative" }>;

/** `grad(f)`, `grad(f, "x")`: a function, which is not called yet. */
export function makeDerivative(
  context: Context,
  transform: Derivative["transform"],
  positional: readonly Placed[],
  span: Span,
): Value {
  const [fn, wrt, extra] = positional;
  if (fn === undefined || extra !== undefined) {
    return context.error(
      "FG202",
      `${transform} takes a function, and what to differentiate by`,
      span,
      { accepted: `${transform}(f), ${transform}(f, "x"), ${transform}(f, ["x", "y"])` },
    );
  }
  if (fn.value.kind === "poison") return POISON;
  if (!isFunction(fn.value)) {
    return context.error("FG420", `${transform} is given ${describe(fn.value)}`, fn.span, {
      accepted: "a function of the program, an arrow function, or an operation",
      hint: `write ${transform}(f)(x) for the derivative of f at x`,
    });
  }
  const chosen = wrt === undefined ? undefined : readWrt(context, wrt);
  return chosen === null ? POISON : { kind: "derivative", transform, of: fn.value, wrt: chosen };
}

export function isFunction({ kind }: Value): boolean {
  return ["function", "operation", "math", "derivative", "custom"].includes(kind);
}

/** Names and positions of parameters; null where they are none, which is reported. */
function readWrt(context: Context, { value, span }: Placed): Derivative["wrt"] | null {
  const one = ({ kind }: Value) => kind === "string" || kind === "number";
  const list = value.kind === "tuple" ? value.elements : [value];
  if (value.kind === "poison") return null;
  if (list.length > 0 && list.every(one)) {
    const chosen = list.flatMap((item) =>
      item.kind === "string" || item.kind === "number" ? [item.value] : [],
    );
    return { chosen, isList: value.kind === "tuple" };
  }
  context.error("FG420", `a parameter cannot be ${describe(value)}`, span, {
    accepted: 'the name of a parameter, its position, or a list of them: "x", 0, ["x", "y"]',
  });
  return null;
}
