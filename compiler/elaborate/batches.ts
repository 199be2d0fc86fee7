import type { Dim } from "../ir/dim.js";
import { renamed, type Node } from "../ir/node.js";
import { variable } from "../ops/accumulate.js";
import { nth } from "../ops/chain.js";
import { reshape, slice } from "../ops/shape.js";
import { moveAxis } from "../passes/batched.js";
import { vmap } from "../passes/vmap.js";
import type { Context, Placed } from "./context.js";
import { invoke, parameterNames, type DerivativeCall } from "./derivatives.js";
import type { Variable } from "./scopes.js";
import { describe, nodeValue, POISON, type Value } from "./values.js";

/** The first element of a batch, which stands for all of them, and the batch, its axis in front. */
interface BatchVariable {
  readonly node: Node;
  readonly batch: Node;
}

/** `vmap(f)(xs)`: the function for every element of a batch at once. */
export function callVmap(context: Context, call: DerivativeCall): Value {
  const { derivative, args } = call;
  const places = chooseBatches(context, call);
  const axes = places && chooseAxes(context, call, places);
  if (places === undefined || axes === undefined) return POISON;
  const variables: BatchVariable[] = [];
  const replaced = args.map((argument, i) => {
    const at = places.indexOf(i);
    if (at < 0) return argument;
    return { ...argument, value: elementOf(context, argument, axes[at] ?? 0, variables) };
  });
  if (replaced.some(({ value }) => value.kind === "poison")) return POISON;
  const before = new Map(context.store);
  const result = invoke(context, derivative.of, replaced, call);
  const changed = [...before].find(([one, value]) => context.store.get(one) !== value);
  if (changed !== undefined) {
    context.store = before;
    return refuseEffect(context, changed[0], call);
  }
  return mapped(context, result, variables, call);
}

/** What a function does to variables around it would be done once for all elements. */
function refuseEffect(context: Context, { name, span }: Variable, call: DerivativeCall): Value {
  return context.error(
    "FG424",
    `the function given to vmap changes \`${name}\`, which is outside of it`,
    call.span,
    {
      accepted: "functions that only return values",
      hint: "return the value, and combine those of all elements after vmap: sum(vmap(f)(xs))",
      notes: [{ message: "it is declared here", span }],
    },
  );
}

/** The positions of the arguments that are batches: those named, or all. */
function chooseBatches(context: Context, call: DerivativeCall): readonly number[] | undefined {
  const { derivative, args, span } = call;
  if (derivative.wrt === undefined) return args.map((_, i) => i);
  const names = parameterNames(derivative.of);
  const places = derivative.wrt.chosen.map((chosen) =>
    typeof chosen === "string" ? names.indexOf(chosen) : chosen,
  );
  const wrong = places.findIndex((place) => args[place] === undefined);
  if (wrong < 0) return places;
  const asked = String(derivative.wrt.chosen[wrong]).slice(0, 40);
  context.error("FG401", `there is no parameter \`${asked}\` to map over`, span, {
    accepted: args.map((_, i) => names[i] ?? `${i}`).join(", "),
  });
  return undefined;
}

/** The axis of each batch. */
function chooseAxes(
  context: Context,
  { derivative, span }: DerivativeCall,
  places: readonly number[],
): readonly number[] | undefined {
  const inAxes = derivative.axes?.inAxes ?? 0;
  if (typeof inAxes === "number") return places.map(() => inAxes);
  if (inAxes.length === places.length) return inAxes;
  context.error(
    "FG214",
    `vmap: \`inAxes\` has ${inAxes.length} axes for ${places.length} batches`,
    span,
    { accepted: "one axis for all, or a list of one for each batch" },
  );
  return undefined;
}

/** The argument with a variable in place of every tensor in it; poison where it is no batch, which is reported. */
function elementOf(
  context: Context,
  { value, span }: Placed,
  axis: number,
  variables: BatchVariable[],
): Value {
  const inner = (one: Value) => elementOf(context, { value: one, span }, axis, variables);
  if (value.kind === "tuple") {
    const elements = value.elements.map(inner);
    return elements.some(({ kind }) => kind === "poison") ? POISON : { kind: "tuple", elements };
  }
  if (value.kind === "object") {
    const fields = [...value.fields].map(([name, field]) => [name, inner(field)] as const);
    return fields.some(([, { kind }]) => kind === "poison")
      ? POISON
      : { kind: "object", fields: new Map(fields) };
  }
  const made = batchVariable(context, { value, span }, axis, variables[0]?.batch.type.shape[0]);
  if (made === undefined) return POISON;
  variables.push(made);
  return nodeValue(made.node);
}

function batchVariable(
  context: Context,
  { value, span }: Placed,
  axis: number,
  size: Dim | undefined,
): BatchVariable | undefined {
  const shape = value.kind === "node" ? value.node.type.shape : [];
  const place = axis < 0 ? axis + shape.length : axis;
  const found = shape[place];
  if (value.kind !== "node" || found === undefined || (size !== undefined && found !== size)) {
    const which = axis === 0 ? "its first axis" : `its axis ${axis}`;
    context.error("FG421", `the batch is ${describe(value)}`, span, {
      accepted:
        size === undefined ? `a tensor, ${which} the batch` : `a tensor, ${which} of size ${size}`,
      hint: 'name the parameters that are batches: vmap(f, "x")',
    });
    return undefined;
  }
  const batch = context.build(span, () => moveAxis(value.node, place, 0));
  const rest = batch.type.shape.slice(1);
  const node = context.build(span, () => {
    const one = slice(batch, {
      start: batch.type.shape.map(() => 0),
      length: [1, ...rest],
      step: batch.type.shape.map(() => 1),
    });
    return renamed(variable(reshape(one, rest)), value.node.name ?? "x");
  });
  return { node, batch };
}

/** The result of a function for a whole batch. */
function mapped(
  context: Context,
  result: Value,
  variables: readonly BatchVariable[],
  call: DerivativeCall,
): Value {
  const { derivative, span } = call;
  const inner = (one: Value) => mapped(context, one, variables, call);
  switch (result.kind) {
    case "tuple":
      return { kind: "tuple", elements: result.elements.map(inner) };
    case "object": {
      const fields = [...result.fields].map(([name, field]): [string, Value] => [
        name,
        inner(field),
      ]);
      return { kind: "object", fields: new Map(fields) };
    }
    case "node": {
      const from = variables.map(({ node }) => node);
      const batches = variables.map(({ batch }) => batch);
      const size = nth(nth(batches, 0).type.shape, 0);
      const { node } = result;
      const rank = node.type.shape.length + 1;
      const asked = derivative.axes?.outAxes ?? 0;
      const to = asked < 0 ? asked + rank : asked;
      if (to < 0 || to >= rank)
        return context.error("FG303", `vmap: there is no axis ${asked} in the result`, span, {
          accepted: `${-rank} … ${rank - 1}`,
        });
      return nodeValue(
        context.build(span, () => moveAxis(nth(vmap([node], from, batches, size), 0), 0, to)),
      );
    }
    default:
      return result;
  }
}
