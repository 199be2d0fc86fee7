import type { Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { isFloat, type DType, type TensorType } from "../ir/type.js";
import type { Expression } from "../syntax/tree.js";
import { contentOf, makeZeros, read, writeElement } from "./arrays.js";
import { copyOf, fillArray } from "./constructors.js";
import type { Context, Placed } from "./context.js";
import { invoke } from "./derivatives.js";
import { elementOfNode } from "./elements.js";
import { wholeSize } from "./loopHead.js";
import { runRegion } from "./loopRegion.js";
import { probeBody, type LoopPlan } from "./loopSettle.js";
import { readMember } from "./members.js";
import type { Scope, Variable } from "./scopes.js";
import { isFunction } from "./transforms.js";
import {
  describe,
  nodeValue,
  numberValue,
  POISON,
  UNSET,
  type Callable,
  type Value,
} from "./values.js";

type Call = Extract<Expression, { kind: "call" }>;

const METHODS = ["map", "reduce", "forEach", "slice", "fill"] as const;
type Method = (typeof METHODS)[number];

/** A call of a method of an array. */
interface MethodCall {
  readonly context: Context;
  readonly object: Placed;
  readonly call: Call;
  readonly scope: Scope;
}

/** `x.map(…)` and its like: the value, or that of the callee where it is nothing of the kind. */
export function callMethod(
  context: Context,
  call: Call,
  scope: Scope,
): { readonly result: Value } | { readonly callee: Value } | undefined {
  const { callee } = call;
  const method =
    callee.kind === "member" ? METHODS.find((name) => name === callee.property) : undefined;
  if (callee.kind !== "member" || method === undefined) return undefined;
  const object = context.placed(callee.object, scope);
  if (!["node", "array", "tuple"].includes(object.value.kind))
    return { callee: readMember(context, object, callee) };
  return { result: runMethod({ context, object, call, scope }, method) };
}

function runMethod(given: MethodCall, method: Method): Value {
  const { context, object, call, scope } = given;
  const [first, second] = call.arguments.map((one) => context.placed(one, scope));
  switch (method) {
    case "slice":
      if (first === undefined) return copyOf(context, read(context, object), undefined, call.span);
      return context.error("FG202", "`slice` takes no arguments here", call.span, {
        accepted: "x.slice() for a copy",
      });
    case "fill":
      return fillArray(context, object, first, call.span);
    default:
      if (first?.value.kind === "poison") return POISON;
      if (first === undefined || !isFunction(first.value)) {
        return context.error(
          "FG215",
          `\`${method}\` is given ${first ? describe(first.value) : "nothing"}`,
          call.span,
          {
            accepted: "a function of an element and its index",
          },
        );
      }
      if (method === "map") return map(given, first);
      if (method === "forEach") return forEach(given, first);
      return reduce(given, first, second);
  }
}

const UNKNOWN: TensorType = { dtype: "f64", shape: [] };

/** What a method goes through. */
interface Elements {
  readonly length: Dim;
  readonly dtype: DType;
  readonly at: (index: Node) => Value;
}

function elementsOf({ context, object }: MethodCall): Elements | undefined {
  const { value, span } = object;
  const content = () => ({
    value: value.kind === "array" ? contentOf(context, value) : value,
    span,
  });
  const now = content().value;
  const { dtype, shape } = now.kind === "node" ? now.node.type : UNKNOWN;
  const [length] = shape;
  if (length === undefined) {
    if (now.kind !== "poison")
      context.error("FG215", `${describe(value)} has no elements to go through`, span, {
        accepted: "a list or a tensor",
      });
    return undefined;
  }
  // The array is read as it is when the turn of the element comes.
  return { length, dtype, at: (index) => elementOfNode(context, content(), [index], span) };
}

/** The value of a function for as many of these arguments as it takes. */
function apply({ context, call, scope }: MethodCall, fn: Placed, args: readonly Value[]): Value {
  const { value, span } = fn;
  const count = value.kind === "function" ? value.callable.parameters.length : 1;
  const placed = args.slice(0, count).map((one): Placed => ({ value: one, span }));
  return invoke(context, value, placed, { span: call.span, scope });
}

function planOf(
  { call: { span } }: MethodCall,
  { length }: Elements,
  fn: Placed,
  place: number,
  body: Pick<LoopPlan, "assigned" | "body"> & { readonly from?: number },
): LoopPlan {
  const { assigned, body: run, from = 0 } = body;
  const count = typeof length === "number" ? Math.max(0, length - from) : undefined;
  const range = {
    start: wholeSize(from),
    stop: wholeSize(length),
    step: 1,
    count: from === 0 ? length : count,
  };
  const callable = fn.value.kind === "function" ? fn.value.callable : undefined;
  return {
    span,
    range,
    index: parameterName(callable, place) ?? "index",
    assigned,
    proceed: null,
    body: run,
  };
}

function parameterName(callable: Callable | undefined, place: number): string | undefined {
  const pattern = callable?.parameters[place]?.pattern;
  return pattern?.kind === "name" ? pattern.name : undefined;
}

function map(given: MethodCall, fn: Placed): Value {
  const { context, object, call } = given;
  if (object.value.kind === "tuple")
    return {
      kind: "tuple",
      elements: object.value.elements.map((one, i) => apply(given, fn, [one, numberValue(i)])),
    };
  const elements = elementsOf(given);
  if (elements === undefined) return POISON;
  const valueAt = (index: Node) => apply(given, fn, [elements.at(index), nodeValue(index)]);
  const unknown = planOf(given, elements, fn, 1, { assigned: [], body: () => undefined });
  const probe = probeBody(context, unknown, valueAt);
  probe.diagnostics.forEach((diagnostic) => context.sink.add(diagnostic));
  if (probe.failed) return POISON;
  const type = elementType(elements, probe.result);
  if (type === undefined) {
    return context.error(
      "FG215",
      `\`map\` is given a function whose result is ${describe(probe.result)}`,
      call.span,
      {
        accepted: "a function that gives a number or a tensor",
        hint: "write a `for` loop with an array for each part of the result",
      },
    );
  }
  const out = makeZeros(
    context,
    { dtype: type.dtype, shape: [elements.length, ...type.shape] },
    call.span,
  );
  const body = (index: Node) =>
    writeElement(context, {
      array: out,
      positions: [index],
      value: { value: valueAt(index), span: fn.span },
      combine: undefined,
      span: call.span,
    });
  runRegion(context, planOf(given, elements, fn, 1, { assigned: [out.cell], body }));
  return out;
}

/** The type of an element that a function gives; floats are those of the array, as in JavaScript. */
function elementType({ dtype }: Elements, value: Value): TensorType | undefined {
  const float = isFloat(dtype) ? dtype : "f64";
  if (value.kind === "number" || value.kind === "dim") return { dtype: float, shape: [] };
  if (value.kind !== "node" || value.node.type.dtype === "bool") return undefined;
  const { type } = value.node;
  return isFloat(type.dtype) ? { dtype: float, shape: type.shape } : type;
}

function forEach(given: MethodCall, fn: Placed): Value {
  const { context, object, call } = given;
  const callable = fn.value.kind === "function" ? fn.value.callable : undefined;
  const run = (args: readonly Value[]) => {
    const placed = args
      .slice(0, callable?.parameters.length)
      .map((value): Placed => ({ value, span: fn.span }));
    if (callable === undefined) apply(given, fn, args);
    else context.inline(callable, placed, new Map(), call.span, true);
  };
  if (object.value.kind === "tuple") {
    object.value.elements.forEach((one, i) => run([one, numberValue(i)]));
    return UNSET;
  }
  const elements = elementsOf(given);
  if (elements === undefined) return POISON;
  const body = (index: Node) => run([elements.at(index), nodeValue(index)]);
  runRegion(context, planOf(given, elements, fn, 1, { assigned: [], body }));
  return UNSET;
}

function reduce(given: MethodCall, fn: Placed, init: Placed | undefined): Value {
  const { context, object, call } = given;
  if (object.value.kind === "tuple") return reduceList(given, fn, init, object.value.elements);
  const elements = elementsOf(given);
  if (elements === undefined) return POISON;
  const callable = fn.value.kind === "function" ? fn.value.callable : undefined;
  const name = parameterName(callable, 0) ?? "accumulated";
  const variable: Variable = { name, mutable: true, span: call.span };
  context.store.set(variable, init?.value ?? elements.at(wholeSize(0)));
  const body = (index: Node) => {
    const soFar = context.store.get(variable) ?? POISON;
    context.store.set(variable, apply(given, fn, [soFar, elements.at(index), nodeValue(index)]));
  };
  const from = init === undefined ? 1 : 0;
  runRegion(context, planOf(given, elements, fn, 2, { assigned: [variable], body, from }));
  const result = context.store.get(variable) ?? POISON;
  // It is the author's to name.
  return result.kind === "node" ? nodeValue(context.rename(result.node, {})) : result;
}

function reduceList(
  given: MethodCall,
  fn: Placed,
  init: Placed | undefined,
  elements: readonly Value[],
): Value {
  const first = init?.value ?? elements[0];
  if (first === undefined) {
    return given.context.error("FG215", "this list is empty", given.call.span, {
      accepted: "a value to begin with: xs.reduce((a, b) => a + b, 0)",
    });
  }
  const skipped = init === undefined ? 1 : 0;
  return elements
    .slice(skipped)
    .reduce<Value>(
      (soFar, one, i) => apply(given, fn, [soFar, one, numberValue(i + skipped)]),
      first,
    );
}
