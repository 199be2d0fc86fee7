import { describe, expect, test } from "vitest";
import { CompileError } from "../../compiler/diagnostic.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile } from "../../compiler/pipeline.js";

/** Names of other things in generated code, of JavaScript, or of the compiler's own. */
const ACCEPTED = (
  "of declare module globalThis exports require name then inputs work result value cotangent arena forward " +
  "sizes offset Math Object Number Float32Array RangeError matmulNN checkLength checkSize i j n N E pi dx dy " +
  "dvalue dq x0 t1 acc total f fGrad FWork createFWork abs tanh sum string $ _ __ f32 undefined_"
).split(" ");

/** Reserved words, what would reach into a prototype, and what is no identifier of ASCII letters. */
const REFUSED = (
  "class new this function return null true await yield let static enum eval arguments undefined NaN Infinity " +
  "__proto__ constructor toString valueOf hasOwnProperty prototype é α 变量 x²"
).split(" ");

const HEADER = `import { matmul as mm9, sum as sum9, tanh as tanh9, type Tensor as T9 } from "flatgrad";\n`;

/** Programs with a hole for a name, and how the generated functions are called. */
const PLACES = {
  "scalar parameter": (v) => `export function f(${v}: number, p: number) {
  return ${v} * ${v} * p + p;
}`,
  "scalar variable": (v) => `export function f(q: number, p: number) {
  const ${v} = q * q;
  return ${v} * p + p;
}`,
  "scalar field": (v) => `export function f(b: { ${v}: number; p: number }) {
  return b.${v} * b.${v} * b.p + b.p;
}`,
  "field of the result": (v) => `export function f(q: number, p: number) {
  return { ${v}: q * q, other: p };
}`,
  "tensor parameter": (v) => `${HEADER}export function f(${v}: T9<["R", 2]>, p: T9<[2, 2]>) {
  return sum9(tanh9(mm9(${v}, p)) * ${v});
}`,
  "tensor variable": (v) => `${HEADER}export function f(q: T9<["R", 2]>, p: T9<[2, 2]>) {
  const ${v} = mm9(q, p);
  return sum9(tanh9(${v}) * ${v}) + sum9(${v} * q);
}`,
  "tensor field": (v) => `${HEADER}export function f(b: { ${v}: T9<["R", 2]>; p: T9<[2, 2]> }) {
  return sum9(tanh9(mm9(b.${v}, b.p)) * b.${v});
}`,
  size: (v) => `${HEADER}export function f(q: T9<["${v}", 2]>, p: T9<[2, 2]>) {
  return sum9(tanh9(mm9(q, p)) * q);
}`,
  function: (v) => `${HEADER}export function ${v}(q: T9<["R", 2]>, p: T9<[2, 2]>) {
  return sum9(tanh9(mm9(q, p)) * q);
}`,
} as const satisfies Record<string, (name: string) => string>;

type Place = keyof typeof PLACES;
const places = Object.keys(PLACES) as Place[];

/** Numbers of a result in order, without the names of its fields. */
function flatten(result: unknown): number[] {
  if (typeof result === "number") return [result];
  return Object.values(result as object).flatMap(flatten);
}

const Q = new Float32Array([0.3, -0.2, 0.5, 0.1]);
const P = new Float32Array([0.2, -0.1, 0.4, 0.3]);

/** Compiles the program with the name and calls what came of it. */
function numbersOf(place: Place, name: string, level: 0 | 2): number[] {
  const { code, functions } = compile(
    { entry: "model.ts", files: { "model.ts": PLACES[place](name) } },
    { target: "js", level },
  );
  const module = evaluateModule(code);
  const callee = functions[0]?.model.name ?? "";
  const call = (suffix: string, ...given: unknown[]) => module.get(callee + suffix)?.(...given);
  if (place === "field of the result")
    return flatten([call("", 0.7, 1.3), call("Vjp", 0.7, 1.3, 1, 2)]);
  if (place === "scalar field") {
    const bundle = { [name]: 0.7, p: 1.3 };
    return flatten([call("", bundle), call("Grad", bundle)]);
  }
  if (place.startsWith("scalar")) return flatten([call("", 0.7, 1.3), call("Grad", 0.7, 1.3)]);
  const create = [...module].find(([key]) => key.startsWith("create"))?.[1];
  const work = create?.({ [place === "size" ? name : "R"]: 2 });
  const q = place === "tensor parameter" || place === "tensor field" ? name : "q";
  const tensors = { [q]: Q, p: P };
  const inputs = place === "tensor field" ? { b: tensors } : tensors;
  return flatten([call("", inputs, work), call("Grad", inputs, work)]);
}

/** The codes of the refusal, none if the name is accepted and its code gives these numbers. */
function refusal(place: Place, name: string, level: 0 | 2, expected: readonly number[]): string[] {
  try {
    expect({ name, numbers: numbersOf(place, name, level) }).toEqual({ name, numbers: expected });
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.diagnostics.map(({ code }) => code);
  }
}

describe.each(places)("as %s", (place) => {
  test.each([0, 2] as const)("unusual names give the same numbers at -O%i, or FG213", (level) => {
    const expected = numbersOf(place, "plain", level);
    expect(expected.length).toBeGreaterThan(3);
    expect(expected.filter((number) => !Number.isFinite(number))).toEqual([]);
    const refused = ACCEPTED.filter((name) => {
      const codes = refusal(place, name, level, expected);
      expect(codes.filter((code) => code !== "FG213")).toEqual([]);
      return codes.length > 0;
    });
    expect(refused).toEqual(TAKEN[place] ?? []);
  });

  test("reserved words are refused", () => {
    const accepted = REFUSED.filter((name) => refusal(place, name, 2, []).length === 0);
    expect(accepted).toEqual([]);
  });
});

/** Places whose names generated code does not change: there they must not be names of its own. */
const TAKEN: { readonly [P in Place]?: readonly string[] } = {
  size: (
    "inputs work result value cotangent arena forward sizes Math Object Number " +
    "Float32Array RangeError matmulNN checkLength checkSize"
  ).split(" "),
  "field of the result": ["dq"],
  function: "then Math Object Number Float32Array RangeError".split(" "),
};
