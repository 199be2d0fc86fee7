import { describe, expect, test } from "vitest";
import * as model from "flatgrad";
import type { Op, Parameter } from "../../compiler/ir/op.js";
import { MAKER_NAMES, TRANSFORM_NAMES } from "../../compiler/elaborate/values.js";
import { registry } from "../../compiler/ops/index.js";
import { typeErrors } from "./typeErrors.js";

const callable = [...registry.values()].filter((op) => op.internal !== true);

test("authors can import every operation, and none that does not exist", () => {
  const names = [...callable.map((op) => op.name), ...TRANSFORM_NAMES, ...MAKER_NAMES];
  expect(Object.keys(model).toSorted()).toEqual(names.toSorted());
});

/** An argument for a parameter, as an author would write it. */
function argument({ kind }: Parameter): string {
  switch (kind.kind) {
    case "operand":
      return "x";
    case "operands":
      return "[x, x]";
    case "rest":
      return "x, x";
    case "boolean":
      return "true";
    case "integer":
    case "number":
      return "1";
    case "string":
      return '"ij,jk->ik"';
    case "choice":
      return JSON.stringify(kind.of[0]);
    case "axis":
      return "-1";
    case "axes":
    case "shape":
    case "integers":
      return "[0, 1]";
    case "pairs":
      return "[[0, 1], [1, 0]]";
  }
}

/** All that is required by position, and one option, or one more argument. */
function calls(op: Op): string[] {
  const required = op.parameters.filter((p) => p.default === undefined);
  const optional = op.parameters.filter((p) => p.default !== undefined);
  const positional = required.map(argument).join(", ");
  const name = `fg.${op.name}`;
  return [
    `${name}(${positional})`,
    ...optional.map((option) =>
      byPosition.has(`${op.name} ${option.name}`)
        ? `${name}(${positional}, ${argument(option)})`
        : `${name}(${positional}, { ${option.name}: ${argument(option)} })`,
    ),
  ];
}

/** Optional parameters that are not options but arguments. */
const byPosition = new Set(["transpose axes", "leakyRelu negativeSlope", "elu alpha"]);

describe("the types offer the options of the registry", () => {
  test.each(callable.map((op) => [op.name, op] as const))("%s", (_name, op) => {
    const source = `
      import * as fg from "flatgrad";
      export function f(x: number) {
        return [
          ${calls(op).join(",\n          ")},
        ];
      }`;
    expect(typeErrors(source)).toEqual([]);
  });
});
