import type { Span } from "../diagnostic.js";
import { applyOperation } from "./apply.js";
import type { Context, Placed } from "./context.js";
import { operationNamed, operationNames } from "./modules.js";
import { didYouMean } from "./suggest.js";
import { numberValue, POISON, type Value } from "./values.js";

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["PI", Math.PI],
  ["E", Math.E],
  ["LN2", Math.LN2],
  ["LN10", Math.LN10],
  ["LOG2E", Math.LOG2E],
  ["LOG10E", Math.LOG10E],
  ["SQRT2", Math.SQRT2],
  ["SQRT1_2", Math.SQRT1_2],
]);

/** Functions of `Math` and the number of their arguments; operations of the same name unless renamed below. */
const FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ...(
    "abs acos acosh asin asinh atan atanh cbrt ceil cos cosh exp expm1 floor fround " +
    "log log10 log1p log2 round sign sin sinh sqrt tan tanh trunc"
  )
    .split(" ")
    .map((name): [string, number] => [name, 1]),
  ["atan2", 2],
  ["hypot", 2],
  ["pow", 2],
]);

/** Functions of any number of arguments, as chains of an operation of two. */
const CHAINS: ReadonlyMap<string, string> = new Map([
  ["max", "maximum"],
  ["min", "minimum"],
]);

/** `Math.name` as a value. */
export function mathMember(context: Context, name: string, span: Span): Value {
  const constant = CONSTANTS.get(name);
  if (constant !== undefined) return numberValue(constant);
  const op = CHAINS.get(name) ?? (FUNCTIONS.has(name) ? name : undefined);
  if (op !== undefined && operationNamed(op) !== undefined) return { kind: "math", name };
  const known = [...CONSTANTS.keys(), ...FUNCTIONS.keys(), ...CHAINS.keys()];
  const isRandom = name === "random";
  return context.error("FG201", `\`Math.${name.slice(0, 40)}\` is not available`, span, {
    accepted: isRandom
      ? "functions that give the same result for the same arguments"
      : known
          .filter((key) => {
            const mapped = CHAINS.get(key) ?? key;
            return CONSTANTS.has(key) || operationNamed(mapped) !== undefined;
          })
          .toSorted()
          .join(", "),
    hint: isRandom
      ? "draw random numbers outside and pass them as a parameter"
      : didYouMean(name, [...known, ...operationNames()]),
  });
}

/** A call of a function of `Math`. */
export function callMath(
  context: Context,
  name: string,
  args: readonly Placed[],
  span: Span,
): Value {
  const chain = CHAINS.get(name);
  const count = FUNCTIONS.get(name) ?? 1;
  const fits = chain === undefined ? args.length === count : args.length > 0;
  if (!fits) {
    const needed = chain === undefined ? `${count}` : "one or more";
    return context.error(
      "FG202",
      `Math.${name} takes ${needed} argument${count === 1 && chain === undefined ? "" : "s"}, but here are ${args.length}`,
      span,
      name === "hypot"
        ? {
            hint: "write Math.sqrt(x ** 2 + y ** 2 + z ** 2) for more than two",
          }
        : {},
    );
  }
  const op = operationNamed(chain ?? name);
  if (op === undefined) return POISON;
  const [only] = args;
  if (name === "round" && only !== undefined) return roundHalfUp(context, only, span);
  if (chain === undefined) return applyOperation(context, op, args, {}, span);
  const [first, ...rest] = args;
  return rest.reduce<Value>(
    (value, next) =>
      applyOperation(context, op, [{ value, span: first?.span ?? span }, next], {}, span),
    first?.value ?? POISON,
  );
}

/** JavaScript rounds halves up; the operation `round`, as NumPy's, to the even neighbour. */
function roundHalfUp(context: Context, x: Placed, span: Span): Value {
  const [add, floor] = [operationNamed("add"), operationNamed("floor")];
  if (add === undefined || floor === undefined) return POISON;
  const half: Placed = { value: numberValue(0.5), span };
  const value = applyOperation(context, add, [x, half], {}, span);
  return applyOperation(context, floor, [{ value, span: x.span }], {}, span);
}
