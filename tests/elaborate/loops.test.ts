import { transformSync } from "esbuild";
import { describe, expect, test } from "vitest";
import type { Shape } from "../../compiler/ir/type.js";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { only, run, typescript } from "./support.js";

type Numbers = number | readonly number[] | readonly (readonly number[])[];

/** What the function `f` of a module gives when it is run as it stands. */
function asJavaScript(text: string, args: readonly Numbers[]): unknown {
  const { code } = transformSync(text, { loader: "ts", format: "cjs" });
  const module: { exports: { f?: (...args: readonly Numbers[]) => unknown } } = { exports: {} };
  // The text stands in this file.
  new Function("module", "exports", "require", code)(module, module.exports, () => ({}));
  return module.exports.f?.(...structuredClone(args));
}

/** What the named sizes of parameters are for these arguments. */
function sizesAt(
  shapes: readonly Shape[],
  args: readonly Numbers[],
): Readonly<Record<string, number>> {
  const found = shapes.flatMap((shape, i) => {
    const [rows, columns] = shape;
    const value = args[i] ?? 0;
    const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const lengths = [lengthOf(value), lengthOf(first)];
    return [rows, columns].flatMap((dim, axis): [string, number][] =>
      typeof dim === "string" ? [[dim, lengths[axis] ?? 0]] : [],
    );
  });
  return Object.fromEntries(found);
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

const HEAD = 'import { type Tensor } from "flatgrad";\n';

/** Programs that are both compiled and run as they stand. */
const programs: readonly (readonly [
  name: string,
  text: string,
  points: readonly (readonly Numbers[])[],
])[] = [
  [
    "a sum over a named size",
    `export function f(x: Tensor<["N"], "f64">) {
      let s = 0;
      for (let i = 0; i < x.length; i++) s += x[i] * i;
      return s;
    }`,
    [[[1, 2, 3]], [[]], [[4]], [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]],
  ],
];

describe("loops give what they give as JavaScript", () => {
  test.each(programs)("%s", (_name, text, points) => {
    const model = typescript(HEAD + text);
    expect(model.frames.filter((frame) => !frame.includes("FG404"))).toEqual([]);
    const { graph } = only(model);
    verifyGraph(graph);
    for (const args of points) {
      const names = graph.inputs.map((node) => String(node.attrs["name"]));
      const inputs = Object.fromEntries(names.map((name, i) => [name, args[i] ?? 0]));
      const sizes = sizesAt(
        graph.inputs.map(({ type }) => type.shape),
        args,
      );
      const expected = asJavaScript(text, args);
      const shown = `at ${JSON.stringify(args)}`;
      const { value } = run(model, inputs, sizes);
      expect(Array.isArray(value) ? value.flat() : [value], shown).toEqual(
        [expected].flat(2).map((number) => expect.closeTo(Number(number), 10)),
      );
    }
  });
});
