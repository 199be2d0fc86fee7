import { describe, expect, test } from "vitest";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { asJavaScript, sizesAt, type Numbers } from "./asJavaScript.js";
import { loopPrograms } from "./loopPrograms.js";
import { only, run, typescript } from "./support.js";

const HEAD = 'import { type Tensor } from "flatgrad";\n';

/** All numbers of a result, in order. */
function evaluated(text: string, args: readonly Numbers[]): readonly number[] {
  const model = typescript(HEAD + text);
  const { graph } = only(model);
  const names = graph.inputs.map((node) => String(node.attrs["name"]));
  const inputs = Object.fromEntries(names.map((name, i) => [name, args[i] ?? 0]));
  const sizes = sizesAt(
    graph.inputs.map(({ type }) => type.shape),
    args,
  );
  return Object.values(run(model, inputs, sizes)).flatMap((value) => [value].flat(2));
}

describe("loops give what they give as JavaScript", () => {
  test.each(loopPrograms)("%s", (_name, text, points) => {
    const model = typescript(HEAD + text);
    expect(model.frames.filter((frame) => !frame.includes("FG404"))).toEqual([]);
    verifyGraph(only(model).graph);
    for (const args of points) {
      const expected = asJavaScript(text, args);
      expect(evaluated(text, args), `at ${JSON.stringify(args)}`).toEqual(
        expected.map((number) => expect.closeTo(number, 10)),
      );
    }
  });
});
