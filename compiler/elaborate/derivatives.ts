import { CompileError, type Span } from "../diagnostic.js";
import { renamed, withOrigin, type Node, type Origin } from "../ir/node.js";
import { TypeFault } from "../ir/op.js";
import { formatType, isFloat } from "../ir/type.js";
import { variable } from "../ops/accumulate.js";
import { one, zero } from "../ops/leaf.js";
import { runBetween } from "../passes/between.js";
import { vjp } from "../passes/differentiate.js";
import { forwardPasses } from "../passes/index.js";
import { jvp } from "../passes/jvp.js";
import { filled } from "../passes/filled.js";
import type { Context, Placed } from "./context.js";
import { callVmap } from "./batches.js";
import { callCheckpoint } from "./checkpoint.js";
import { callCustom } from "./customGradients.js";
import { callMath } from "./mathFunctions.js";
import { callOperation } from "./operations.js";
import { floatLeaves, hasFloat, mapFloats } from "./floats.js";
import type { Scope } from "./scopes.js";
import { matrixValue, singlePair } from "./sparse.js";
import { describe, nodeValue, POISON, type Value } from "./values.js";

type Derivative = Extract<Value, { kind: "derivative" }>;

/** A call with all that is needed to report on it. */
export interface DerivativeCall {
  readonly derivative: Derivative;
  readonly args: readonly Placed[];
  readonly span: Span;
  readonly scope: Scope;
}

/** Calls any value that is a function. */
export function invoke(
  context: Context,
  callee: Value,
  args: readonly Placed[],
  { span, scope }: { readonly span: Span; readonly scope: Scope },
): Value {
  const named = new Map<string, Placed>();
  switch (callee.kind) {
    case "function":
      return context.call(callee.callable, args, named, span);
    case "operation":
      return callOperation(context, { op: callee.op, positional: args, named, span, scope });
    case "math":
      return callMath(context, callee.name, args, span);
    case "derivative":
      return callDerivative(context, { derivative: callee, args, span, scope });
    case "custom":
      return callCustom(context, { custom: callee, args, span, scope });
    default:
      return POISON;
  }
}

/** `grad(f)(x, y)` and its like. */
export function callDerivative(context: Context, call: DerivativeCall): Value {
  if (call.args.some(({ value }) => value.kind === "poison")) return POISON;
  try {
    return context.nested(call.span, () => differentiated(context, call));
  } catch (error) {
    if (error instanceof TypeFault)
      return context.error(error.code, error.message, call.span, {
        accepted: error.accepted,
        hint: error.hint,
      });
    if (!(error instanceof CompileError)) throw error;
    error.diagnostics.forEach((diagnostic) => context.sink.add(diagnostic));
    return POISON;
  }
}

/** A function evaluated at variables, by which it is differentiated. */
export interface Primal {
  /** The arguments differentiated by, their leaves variables. */
  readonly points: readonly Value[];
  readonly variables: readonly Node[];
  readonly result: Value;
  readonly outputs: readonly Node[];
  readonly isList: boolean;
  readonly origin: Origin;
}

function differentiated(context: Context, call: DerivativeCall): Value {
  const { derivative, span } = call;
  const { transform } = derivative;
  const count = ownArguments(call);
  const own = call.args.slice(0, count);
  const rest = call.args.slice(count);
  if (transform === "vmap") return callVmap(context, call);
  if (transform === "checkpoint") return callCheckpoint(context, call);
  const primal = evaluatePrimal(context, { ...call, args: own });
  if (primal === undefined) return POISON;
  const built = <T>(build: () => T): T => withOrigin(primal.origin, build);
  const gradientOf = () => {
    const [output] = primal.outputs;
    if (output === undefined) return primal.variables.map(() => null);
    return reverse(primal, [built(one)]);
  };
  switch (transform) {
    case "grad":
      return refuseTensor(context, call, primal) ?? structured(context, call, primal, gradientOf());
    case "valueAndGrad": {
      const refused = refuseTensor(context, call, primal);
      if (refused !== undefined) return refused;
      const gradient = structured(context, call, primal, gradientOf());
      const [value] = primal.outputs;
      const shown =
        value === undefined ? primal.result : nodeValue(context.build(span, () => value));
      return { kind: "tuple", elements: [shown, gradient] };
    }
    case "vjp": {
      const cotangents = leavesLike(context, call, [primal.result], rest);
      if (cotangents === undefined) return POISON;
      return structured(context, call, primal, reverse(primal, cotangents));
    }
    case "jvp": {
      const tangents = leavesLike(context, call, primal.points, rest);
      if (tangents === undefined) return POISON;
      const moved = built(() => jvp(primal.outputs, primal.variables, tangents));
      return rebuilt(context, span, primal.result, moved);
    }
    case "jacobian":
    case "sparseJacobian": {
      const pair = singlePair(context, call, primal);
      return pair === undefined ? POISON : matrixValue(context, call, pair);
    }
    case "hessian":
    case "sparseHessian": {
      const refused = refuseTensor(context, call, primal);
      const pair = refused === undefined ? singlePair(context, call, primal) : undefined;
      if (pair === undefined) return POISON;
      const slope = built(() => filled(gradientOf()[0] ?? null, pair.x));
      return matrixValue(context, call, { ...pair, y: simplified(slope, pair.x, primal.origin) });
    }
    case "hvp": {
      const refused = refuseTensor(context, call, primal);
      if (refused !== undefined) return refused;
      const tangents = leavesLike(context, call, primal.points, rest);
      if (tangents === undefined) return POISON;
      const slopes = built(() =>
        gradientOf().map((node, i) => filled(node, primal.variables[i] ?? zero())),
      );
      const simple = runBetween(primal.variables, slopes, forwardPasses);
      const moved = built(() => jvp(simple, primal.variables, tangents));
      return structured(context, call, primal, moved);
    }
  }
}

/** What is to be differentiated, simplified as any function is before. */
function simplified(y: Node, x: Node, origin: Origin): Node {
  const [simple = y] = withOrigin(origin, () => runBetween([x], [y], forwardPasses));
  return simple;
}

function reverse(primal: Primal, cotangents: readonly Node[]): readonly (Node | null)[] {
  const { outputs, variables, origin } = primal;
  return withOrigin(origin, () => vjp(outputs, cotangents, variables, { origin: () => origin }));
}

/** How many of the arguments are those of the function itself; the others are directions. */
function ownArguments({ derivative: { transform, of, wrt }, args }: DerivativeCall): number {
  if (!takesDirections(transform)) return args.length;
  if (transform === "vjp") return args.length - 1;
  const known = arityOf(of);
  if (known !== undefined) return Math.min(known, args.length);
  return wrt === undefined ? Math.ceil(args.length / 2) : args.length - wrt.chosen.length;
}

function takesDirections(transform: Derivative["transform"]): boolean {
  return transform === "vjp" || transform === "jvp" || transform === "hvp";
}

/** Number of arguments a function takes; undefined where that depends on the call. */
function arityOf(value: Value): number | undefined {
  if (value.kind === "function") return value.callable.parameters.length;
  if (value.kind === "operation")
    return value.op.parameters.filter(({ kind }) => kind.kind === "operand").length;
  if (value.kind === "custom") return arityOf(value.of);
  if (value.kind !== "derivative") return undefined;
  const inner = arityOf(value.of);
  if (inner === undefined) return undefined;
  if (!takesDirections(value.transform)) return inner;
  return value.transform === "vjp" ? inner + 1 : inner + (value.wrt?.chosen.length ?? inner);
}

function evaluatePrimal(context: Context, call: DerivativeCall): Primal | undefined {
  const { derivative, args, span } = call;
  const places = chooseArguments(context, call);
  if (places === undefined) return undefined;
  const variables: Node[] = [];
  const origin: Origin = { step: { line: context.line, span }, phase: "forward" };
  const names = parameterNames(derivative.of);
  const replaced = args.map((argument, i) =>
    places.includes(i)
      ? { ...argument, value: withVariables(context, argument, names[i], variables) }
      : argument,
  );
  const result = invoke(context, derivative.of, replaced, call);
  if (result.kind === "poison") return undefined;
  const leaves = floatLeaves(result);
  const outputs = runBetween(variables, leaves, forwardPasses);
  const points = places.map((i) => replaced[i]?.value ?? POISON);
  const isList = derivative.wrt?.isList ?? places.length > 1;
  return { points, variables, result, outputs, isList, origin };
}

/** The positions of the arguments differentiated by, in the order asked for. */
function chooseArguments(context: Context, call: DerivativeCall): readonly number[] | undefined {
  const { derivative, args, span } = call;
  const names = parameterNames(derivative.of);
  const floats = args.flatMap(({ value }, i) => (hasFloat(value) ? [i] : []));
  const accepted = floats.map((i) => names[i] ?? `${i}`).join(", ");
  if (derivative.wrt === undefined) {
    if (floats.length === 0) {
      context.error("FG401", `${derivative.transform} has nothing to differentiate by`, span, {
        accepted: "at least one argument of floats",
      });
      return undefined;
    }
    return floats;
  }
  const places = derivative.wrt.chosen.map((chosen) =>
    typeof chosen === "string" ? names.indexOf(chosen) : chosen,
  );
  const wrong = places.findIndex((place) => !floats.includes(place));
  if (wrong < 0) return places;
  const asked = String(derivative.wrt.chosen[wrong]).slice(0, 40);
  context.error("FG401", `there is no parameter \`${asked}\` to differentiate by`, span, {
    accepted,
  });
  return undefined;
}

/** The names of the parameters of a function; "" for one that has none. */
export function parameterNames(of: Value): readonly string[] {
  if (of.kind === "function")
    return of.callable.parameters.map(({ pattern }) =>
      pattern.kind === "name" ? pattern.name : "",
    );
  if (of.kind === "operation") return of.op.parameters.map(({ name }) => name);
  return of.kind === "derivative" || of.kind === "custom" ? parameterNames(of.of) : [];
}

/**
 * The value with a variable in place of every float in it, each under a name:
 * what has none may be copied to give it one, and a copy of a variable is not
 * what is differentiated by.
 */
function withVariables(
  context: Context,
  { value, span }: Placed,
  name: string | undefined,
  variables: Node[],
): Value {
  return mapFloats(value, (leaf) => {
    const own = leaf.derivedName === true ? undefined : leaf.name;
    const made = context.build(span, () => renamed(variable(leaf), own ?? (name || "x")));
    variables.push(made);
    return nodeValue(made);
  });
}

/** What is not a float number is refused: a gradient belongs to one number. */
function refuseTensor(context: Context, call: DerivativeCall, primal: Primal): Value | undefined {
  const { result } = primal;
  const isScalar =
    result.kind === "number" ||
    result.kind === "dim" ||
    (result.kind === "node" &&
      result.node.type.shape.length === 0 &&
      isFloat(result.node.type.dtype));
  if (isScalar) return undefined;
  const { transform } = call.derivative;
  return context.error("FG403", `${transform} is taken of ${describe(result)}`, call.span, {
    accepted: "a function whose result is one number",
    hint: "add up the result, or use vjp or jvp",
  });
}

/** A derivative of each variable, in the structure of the arguments. */
function structured(
  context: Context,
  { span }: DerivativeCall,
  { points, isList }: Primal,
  nodes: readonly (Node | null)[],
): Value {
  let next = 0;
  const values = points.map((point) => {
    const count = floatLeaves(point).length;
    const own = nodes.slice(next, next + count);
    next += count;
    return rebuilt(context, span, point, own);
  });
  const [single = POISON] = values;
  return isList ? { kind: "tuple", elements: values } : single;
}

/** The structure of `like`, with these in place of its floats. */
function rebuilt(
  context: Context,
  span: Span,
  like: Value,
  nodes: readonly (Node | null)[],
): Value {
  let next = 0;
  return mapFloats(like, (leaf) => {
    const node = nodes[next++] ?? null;
    return nodeValue(context.build(span, () => filled(node, leaf)));
  });
}

/** The floats of directions given for values, which they must be like. */
function leavesLike(
  context: Context,
  call: DerivativeCall,
  likes: readonly Value[],
  given: readonly Placed[],
): readonly Node[] | undefined {
  const { transform } = call.derivative;
  if (given.length !== likes.length) {
    context.error(
      "FG202",
      `${transform} takes ${likes.length} direction${likes.length === 1 ? "" : "s"} after the arguments, but here are ${given.length}`,
      call.span,
      {
        accepted:
          transform === "vjp"
            ? "a cotangent like the result"
            : "a tangent like each argument differentiated by",
      },
    );
    return undefined;
  }
  const lists = likes.map((like, i) => {
    const own = given[i];
    return own === undefined ? undefined : directions(context, like, own);
  });
  const valid = lists.filter((list) => list !== undefined);
  return valid.length < lists.length ? undefined : valid.flat();
}

function directions(context: Context, like: Value, given: Placed): readonly Node[] | undefined {
  const leaves = floatLeaves(like);
  const own = floatLeaves(given.value);
  const fits =
    own.length === leaves.length &&
    own.every((node, i) => {
      const shape = leaves[i]?.type.shape ?? [];
      return node.type.shape.length === 0 || node.type.shape.join() === shape.join();
    });
  if (!fits) {
    context.error("FG421", `the direction is ${describe(given.value)}`, given.span, {
      accepted: leaves.map((leaf) => formatType(leaf.type)).join(", "),
    });
    return undefined;
  }
  return leaves.map((leaf, i) => context.build(given.span, () => filled(own[i] ?? null, leaf)));
}
