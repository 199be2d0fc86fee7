import type { Span } from "../diagnostic.js";
import { renamed, type Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { cotangent, customGradient } from "../ops/customGradient.js";
import { filled } from "../passes/filled.js";
import { toNode } from "./operands.js";
import type { Context, Placed } from "./context.js";
import { invoke } from "./derivatives.js";
import type { Scope } from "./scopes.js";
import { isFunction } from "./transforms.js";
import { describe, nodeValue, POISON, type Value } from "./values.js";

/** `customGradient(f, backward)`: a function, which is not called yet. */
export function makeCustom(context: Context, given: readonly Placed[], span: Span): Value {
  const [fn, backward] = given;
  if (fn === undefined || backward === undefined || given.length > 2) {
    return context.error("FG202", "customGradient takes a function and its chain rule", span, {
      accepted: "customGradient(f, backward)",
    });
  }
  for (const { value, span: place } of [fn, backward]) {
    if (value.kind === "poison") return POISON;
    if (isFunction(value)) continue;
    return context.error("FG420", `customGradient is given ${describe(value)}`, place, {
      accepted: "functions of the program, arrow functions, and operations",
    });
  }
  return { kind: "custom", of: fn.value, backward: backward.value };
}

interface CustomCall {
  readonly custom: Extract<Value, { kind: "custom" }>;
  readonly args: readonly Placed[];
  readonly span: Span;
  readonly scope: Scope;
}

/** The value of f, which is differentiated by the author's rule instead of through its body. */
export function callCustom(context: Context, call: CustomCall): Value {
  const { custom, args, span } = call;
  const nodes = args.map((argument) => argumentNode(context, argument));
  const known = nodes.filter((node) => node !== undefined);
  if (known.length < nodes.length) return POISON;
  const placed = args.map((argument, i) => {
    const node = known[i];
    return node === undefined ? argument : { ...argument, value: nodeValue(node) };
  });
  const value = invoke(context, custom.of, placed, call);
  if (value.kind !== "node" || !isFloat(value.node.type.dtype)) {
    return value.kind === "poison" || value.kind === "number"
      ? value
      : context.error("FG423", `the function gives ${describe(value)}`, span, {
          accepted: "one number or tensor of floats",
        });
  }
  const y = value.node;
  // Under a name, since what has none may be copied to give it one, and a copy is not put back.
  const placeholder = context.build(span, () => renamed(cotangent(y), `d${y.name ?? "y"}`));
  const given = [value, nodeValue(placeholder)].map((one): Placed => ({ value: one, span }));
  const pulled = invoke(context, custom.backward, [...placed, ...given], call);
  if (pulled.kind === "poison") return POISON;
  const list = pulled.kind === "tuple" ? pulled.elements : [pulled];
  const gradients = known.map((node, i) => gradientNode(context, list[i], node, span));
  const fitting = gradients.filter((node) => node !== undefined);
  if (list.length !== known.length || fitting.length < known.length) {
    return context.error("FG423", `the chain rule gives ${describe(pulled)}`, span, {
      accepted:
        known.length === 1
          ? "the gradient of the argument, of its shape"
          : `a list of ${known.length}: the gradient of each argument, of its shape`,
    });
  }
  return nodeValue(context.build(span, () => customGradient(y, placeholder, known, fitting)));
}

function argumentNode(context: Context, { value, span }: Placed): Node | undefined {
  switch (value.kind) {
    case "node":
      return value.node;
    case "number":
    case "dim":
      return context.build(span, () => toNode(value, []));
    case "poison":
      return undefined;
    default:
      context.error("FG423", `an argument is ${describe(value)}`, span, {
        accepted: "numbers and tensors as arguments of a function with a chain rule of its own",
      });
      return undefined;
  }
}

/** The gradient of an argument in its type; a number serves for every element. */
function gradientNode(
  context: Context,
  value: Value | undefined,
  { type }: Node,
  span: Span,
): Node | undefined {
  if (value?.kind !== "node" && value?.kind !== "number" && value?.kind !== "dim") return undefined;
  const node = context.build(span, () => toNode(value, []));
  if (!isFloat(type.dtype)) return node;
  const { shape } = node.type;
  if (shape.length > 0 && shape.join() !== type.shape.join()) return undefined;
  return context.build(span, () => filled(node, { ...node, type }));
}
