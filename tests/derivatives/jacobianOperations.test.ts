import { describe, expect, test } from "vitest";
import type { Op } from "../../compiler/ir/op.js";
import { isFloat } from "../../compiler/ir/type.js";
import { registry } from "../../compiler/ops/index.js";
import { random } from "../../runtime/random.js";
import { calls, type Call } from "../ops/calls.js";
import { drawInputs, typesOf } from "../support/drawCall.js";
import { runMath, type Inputs } from "../support/runModule.js";
import { withoutNames } from "./support.js";

const operations = [...registry.values()].filter((op) => op.internal !== true);
/** Elements of a Jacobian that are compared. */
const most = 800;
/** Calls of each operation, of those that have elements. */
const callsOfEach = 4;

const countOf = (shape: readonly unknown[]): number =>
  shape.reduce<number>((product, size) => product * Number(size), 1);

/** How far the dense Jacobian and the sparse one, of one input, are from products along a random direction. */
function compare(op: Op, call: Call, name: string, seed: number): number {
  const types = typesOf(call);
  const list = Object.keys(types).join(", ");
  const own = `own(${list}) = ${call.expression}`;
  const source = random(seed);
  const values = drawInputs(source, op, call);
  const inputs: Inputs = Object.fromEntries(
    Object.entries(values).map(([key, { data }]) => [key, data]),
  );
  const run = (text: string, more = {}) =>
    runMath(`${own}; ${text}`, { functions: ["f"], parameterTypes: { ...types, ...more } });
  const plain = run(`f(${list}) = own(${list})`);
  const columns = countOf(types[name]?.shape ?? []);
  const rows = countOf(plain.result.shape);
  if (!isFloat(plain.result.dtype) || rows * columns > most || rows * columns === 0) return 0;

  const dense = run(`f(${list}) = jacobian(own, "${name}")(${list})`).value(inputs);
  const sparse = run(
    `f(${list}) = { j = sparseJacobian(own, "${name}")(${list}); scatterAdd(broadcastTo(0.0, [${rows * columns}]), j.row * ${columns} + j.col, j.data) }`,
  ).value(inputs);
  const moved = run(`f(${list}, tangent) = jvp(own, "${name}")(${list}, tangent)`, {
    tangent: types[name],
  });
  const v = Array.from({ length: columns }, () => source.normal());
  const reference = moved.value({ ...inputs, tangent: v });
  const scale = Math.max(1, ...reference.map(Math.abs));
  const gaps = [dense, sparse].flatMap((matrix) =>
    reference.map((expected, i) => {
      const row = matrix.slice(i * columns, (i + 1) * columns);
      const product = v.reduce((total, x, j) => total + x * (row[j] ?? NaN), 0);
      return Math.abs(product - expected) / scale;
    }),
  );
  return Math.max(...gaps);
}

describe.each(operations.map((op) => [op.name, op] as const))("%s", (name, op) => {
  const whole = (calls[name] ?? [])
    .map(withoutNames)
    .filter(({ inputs }) => Object.values(inputs).every(({ shape }) => countOf(shape) > 0));
  const titled = whole.slice(0, callsOfEach).map((call, i) => {
    const shapes = Object.values(call.inputs).map(({ shape }) => `[${shape.join(",")}]`);
    return [`${call.expression} of ${shapes.join(", ")}`, call, i] as const;
  });

  test.each(titled)("%s: Jacobians are those of the products", (_title, call, i) => {
    const types = typesOf(call);
    const floats = Object.keys(types).filter((input) => types[input]?.dtype === "f64");
    for (const input of floats) expect(compare(op, call, input, 9000 + i)).toBeLessThan(1e-10);
  });
});
