import { transformSync } from "esbuild";
import type { Shape } from "../../compiler/ir/type.js";
import { plainFunction } from "../support/plainFunction.js";

export type Numbers = number | readonly number[] | readonly (readonly number[])[];

/** What models import, as plain JavaScript. */
const library = { zeros, exp: Math.exp, sin: Math.sin, tanh: Math.tanh, abs: Math.abs };

function zeros(shape: number | readonly number[]): unknown {
  const [first = 0, ...rest] = typeof shape === "number" ? [shape] : shape;
  return rest.length === 0
    ? new Float64Array(first)
    : Array.from({ length: first }, () => zeros(rest));
}

/** What the function `f` of a module gives when it is run as it stands. */
export function asJavaScript(text: string, args: readonly Numbers[]): readonly number[] {
  const { code } = transformSync(text, { loader: "ts", format: "cjs" });
  const module: { exports: { f?: (...args: readonly Numbers[]) => unknown } } = { exports: {} };
  const run = plainFunction("", `(module, exports, require) => {\n${code}\n}`) as (
    ...scope: readonly unknown[]
  ) => void;
  run(module, module.exports, () => library);
  return flat(module.exports.f?.(...structuredClone(args)));
}

function flat(value: unknown): readonly number[] {
  if (ArrayBuffer.isView(value)) return flat(Array.from(value as Float64Array));
  if (Array.isArray(value)) return value.flatMap(flat);
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap(flat)
    : [Number(value)];
}

/** What the named sizes of parameters are for these arguments. */
export function sizesAt(
  shapes: readonly Shape[],
  args: readonly Numbers[],
): Readonly<Record<string, number>> {
  const found = shapes.flatMap((shape, i) => {
    const value: unknown = args[i];
    const first: unknown = Array.isArray(value) ? value[0] : undefined;
    const lengths = [value, first].map((one) => (Array.isArray(one) ? one.length : 0));
    return shape.flatMap((dim, axis): [string, number][] =>
      typeof dim === "string" ? [[dim, lengths[axis] ?? 0]] : [],
    );
  });
  return Object.fromEntries(found);
}
