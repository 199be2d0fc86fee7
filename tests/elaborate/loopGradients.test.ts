import { describe, expect, test } from "vitest";
import { jit, type JitInput } from "../../compiler/jit.js";
import { asJavaScript, type Numbers } from "./asJavaScript.js";
import { loopPrograms } from "./loopPrograms.js";
import { only, typescript } from "./support.js";

const HEAD = 'import { type Tensor } from "flatgrad";\n';
const STEP = 1e-6;

/** The argument, a little aside: away from kinks, where numerical derivatives mean nothing. */
function aside(value: Numbers, shift: number): Numbers {
  if (typeof value === "number") return value + shift;
  return value.map((one: number | readonly number[], i: number) =>
    aside(one, shift * (1 + 0.37 * i)),
  ) as Numbers;
}

function flat(value: unknown): readonly number[] {
  if (Array.isArray(value)) return value.flatMap(flat);
  if (ArrayBuffer.isView(value)) return flat(Array.from(value as Float64Array));
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap(flat)
    : [Number(value)];
}

/** A cotangent like a result: its k-th number is 1 / (k + 1). */
function cotangentLike(value: unknown, counter = { k: 0 }): JitInput {
  if (ArrayBuffer.isView(value)) return cotangentLike(flat(value), counter);
  return Array.isArray(value)
    ? value.map((one: unknown) => cotangentLike(one, counter))
    : 1 / (counter.k++ + 1);
}

function weighted(text: string, args: readonly Numbers[]): number {
  return asJavaScript(text, args).reduce((sum, one, k) => sum + one / (k + 1), 0);
}

/** The arguments with the k-th number of one of them changed. */
function moved(args: readonly Numbers[], place: number, k: number, by: number): readonly Numbers[] {
  let next = 0;
  const change = (value: Numbers): Numbers =>
    typeof value === "number"
      ? value + (next++ === k ? by : 0)
      : (value.map((one: number | readonly number[]) => change(one)) as Numbers);
  return args.map((value, i) => (i === place ? change(value) : value));
}

describe("gradients through loops agree with finite differences", () => {
  test.each(loopPrograms)("%s", (_name, text, points) => {
    const compiled = jit({ source: HEAD + text });
    const { inputs } = only(typescript(HEAD + text)).graph;
    for (const [p, point] of points.entries()) {
      const args = point.map((value, i) =>
        inputs[i]?.type.dtype === "i32" ? value : aside(value, 0.0113 * (i + 1) + 0.001 * p),
      );
      const named = Object.fromEntries(
        inputs.map((node, i) => [String(node.attrs["name"]), args[i] ?? 0]),
      );
      const value = compiled.value(named);
      const shown = JSON.stringify(args);
      const close = (numbers: readonly number[], digits: number) =>
        numbers.map((one) => expect.closeTo(one, digits));
      expect(flat(value), `at ${shown}`).toEqual(close(asJavaScript(text, args), 9));
      const { grads } = compiled.vjp(named, cotangentLike(value));
      for (const [i, node] of inputs.entries()) {
        if (node.type.dtype === "i32") continue;
        const name = String(node.attrs["name"]);
        const count = flat(args[i]).length;
        const numerical = Array.from({ length: count }, (_, k) => {
          const [up, down] = [STEP, -STEP].map((by) => weighted(text, moved(args, i, k, by)));
          return ((up ?? NaN) - (down ?? NaN)) / (2 * STEP);
        });
        const scale = Math.max(1, ...numerical.map(Math.abs));
        expect(
          flat(grads[name]).map((one) => one / scale),
          `d${name} at ${shown}`,
        ).toEqual(
          close(
            numerical.map((one) => one / scale),
            6,
          ),
        );
      }
    }
  });
});
