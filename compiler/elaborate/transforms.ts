import type { Span } from "../diagnostic.js";
import type { Context, Placed } from "./context.js";
import { describe, POISON, type BatchAxes, type Value, type Wrt } from "./values.js";

type Derivative = Extract<Value, { kind: "derivative" }>;
type Transform = Derivative["transform"];

/** What a transform is called with; options are named in math strings, the fields of a last object in TypeScript. */
export interface TransformArguments {
  readonly positional: readonly Placed[];
  readonly named: ReadonlyMap<string, Placed>;
}

/** `grad(f)`, `grad(f, "x")`: a function, which is not called yet. */
export function makeDerivative(
  context: Context,
  transform: Transform,
  given: TransformArguments,
  span: Span,
): Value {
  const { positional, named } = withOptionsApart(given);
  const [fn, second, extra] = positional;
  if (transform === "checkpoint" && (given.positional.length > 1 || given.named.size > 0)) {
    return context.error("FG202", "checkpoint takes a function alone", span, {
      accepted: "checkpoint(f), and checkpoint(f)(x, y) for its value",
    });
  }
  const wrt = second ?? named.get("wrt");
  if (fn === undefined || extra !== undefined || (second !== undefined && named.has("wrt"))) {
    return context.error(
      "FG202",
      `${transform} takes a function, and what to ${transform === "vmap" ? "map over" : "differentiate by"}`,
      span,
      { accepted: `${transform}(f), ${transform}(f, "x"), ${transform}(f, ["x", "y"])` },
    );
  }
  if (!checkOptions(context, transform, named)) return POISON;
  if (fn.value.kind === "poison") return POISON;
  if (!isFunction(fn.value)) {
    return context.error("FG420", `${transform} is given ${describe(fn.value)}`, fn.span, {
      accepted: "a function of the program, an arrow function, or an operation",
      hint: `write ${transform}(f)(x) for the derivative of f at x`,
    });
  }
  const chosen = wrt === undefined ? undefined : readWrt(context, wrt);
  const axes = transform === "vmap" ? readAxes(context, named) : undefined;
  if (chosen === null || axes === null) return POISON;
  return { kind: "derivative", transform, of: fn.value, wrt: chosen, axes };
}

export function isFunction({ kind }: Value): boolean {
  return ["function", "operation", "math", "derivative", "custom"].includes(kind);
}

/** The fields of a last object, as in `vmap(f, { inAxes: 1 })`, are options. */
function withOptionsApart({ positional, named }: TransformArguments): TransformArguments {
  const last = positional.at(-1);
  if (positional.length < 2 || last?.value.kind !== "object") return { positional, named };
  const { span } = last;
  const fields = [...last.value.fields].map(([key, value]): [string, Placed] => [
    key,
    { value, span },
  ]);
  return { positional: positional.slice(0, -1), named: new Map([...named, ...fields]) };
}

function checkOptions(
  context: Context,
  transform: Transform,
  named: ReadonlyMap<string, Placed>,
): boolean {
  const accepted = transform === "vmap" ? ["inAxes", "outAxes", "wrt"] : ["wrt"];
  const strangers = [...named].filter(([key]) => !accepted.includes(key));
  for (const [key, { span }] of strangers)
    context.error("FG203", `there is no option \`${key.slice(0, 40)}\` here`, span, {
      accepted: accepted.join(", "),
    });
  return strangers.length === 0;
}

/** Names and positions of parameters; null where they are none, which is reported. */
function readWrt(context: Context, { value, span }: Placed): Wrt | null {
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

/** The axes of a batch; null where they are none, which is reported. */
function readAxes(context: Context, named: ReadonlyMap<string, Placed>): BatchAxes | null {
  const inAxes = readAxisOption(context, "inAxes", named.get("inAxes"));
  const outAxes = readAxisOption(context, "outAxes", named.get("outAxes"));
  if (inAxes === null || outAxes === null) return null;
  if (typeof outAxes === "number") return { inAxes, outAxes };
  refuseAxis(context, "outAxes", named.get("outAxes"), "a whole number");
  return null;
}

function readAxisOption(
  context: Context,
  name: string,
  given: Placed | undefined,
): number | readonly number[] | null {
  if (given === undefined) return 0;
  const list = given.value.kind === "tuple" ? given.value.elements : [given.value];
  const axes = list.flatMap((item) =>
    item.kind === "number" && Number.isInteger(item.value) ? [item.value] : [],
  );
  if (axes.length === list.length) return given.value.kind === "tuple" ? axes : (axes[0] ?? 0);
  refuseAxis(context, name, given, "a whole number, or a list of one for each batch");
  return null;
}

function refuseAxis(
  context: Context,
  name: string,
  given: Placed | undefined,
  accepted: string,
): void {
  if (given === undefined || given.value.kind === "poison") return;
  context.error("FG214", `vmap: \`${name}\` cannot be ${describe(given.value)}`, given.span, {
    accepted,
    hint: name === "inAxes" ? 'name the parameters that are batches: vmap(f, "x", …)' : undefined,
  });
}
