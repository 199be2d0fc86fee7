import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile } from "../../compiler/pipeline.js";
import { random } from "../../runtime/index.js";
import { plainFunction } from "../support/plainFunction.js";
import { stripTypes } from "../support/stripTypes.js";

type Arguments = Readonly<Record<string, number | Float64Array>>;
type Sizes = Readonly<Record<string, number>>;

const read = (file: string) =>
  readFileSync(new URL(`programs/${file}.ts`, import.meta.url), "utf8");

/** The compiled program: its value and its gradient. */
function compiled(file: string, name: string, level: 0 | 2, sizes: Sizes) {
  const entry = `${file}.ts`;
  const { code } = compile(
    { entry, files: { [entry]: read(file) } },
    { level, target: "js", functions: [name], verify: level === 2 },
  );
  const module = evaluateModule(code);
  const work = module.get(`create${name.charAt(0).toUpperCase()}${name.slice(1)}Work`)?.(sizes);
  const gradient = (inputs: Arguments) => module.get(`${name}Grad`)?.(inputs, work) as Arguments;
  return { value: (inputs: Arguments) => Number(module.get(name)?.(inputs, work)), gradient };
}

/** The program as the JavaScript it is, called with what that works on. */
function plain(file: string, name: string): (...values: readonly unknown[]) => number {
  const code = stripTypes(read(file))
    .replace(/^import .*$/gm, "")
    .replaceAll("export ", "");
  return plainFunction(code, name) as (...values: readonly unknown[]) => number;
}

/** Gradient by central differences of fourth order. */
function slopes(f: (inputs: Arguments) => number, inputs: Arguments, wrt: string): number[] {
  const h = 2e-6;
  const given = inputs[wrt] ?? NaN;
  const values = typeof given === "number" ? [given] : [...given];
  return values.map((value, i) => {
    const at = (by: number) => {
      const moved = values.with(i, value + by);
      return f({
        ...inputs,
        [wrt]: typeof given === "number" ? (moved[0] ?? NaN) : Float64Array.from(moved),
      });
    };
    return (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
  });
}

interface Program {
  readonly file: string;
  readonly name: string;
  readonly sizes: Sizes;
  readonly inputs: Arguments;
  /** The value without this compiler. */
  readonly reference: (inputs: Arguments) => number;
}

const source = random(3);
const normals = (count: number) => Float64Array.from({ length: count }, () => source.normal());
const array = (inputs: Arguments, name: string) => inputs[name] as Float64Array;

const rows = (flat: Float64Array, columns: number) =>
  Array.from({ length: flat.length / columns }, (_, i) => [
    ...flat.subarray(i * columns, (i + 1) * columns),
  ]);

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

function lstm(inputs: Arguments, T: number, N: number): number {
  const product = (z: readonly number[], name: string, j: number) =>
    z.reduce((s, value, k) => s + value * (array(inputs, name)[k * 4 + j] ?? NaN), 0);
  const steps = rows(array(inputs, "x"), 3);
  let total = 0;
  for (let n = 0; n < N; n++) {
    let h = [0, 0, 0, 0];
    let c = [0, 0, 0, 0];
    for (let t = 0; t < T; t++) {
      const z = [...(steps[t * N + n] ?? []), ...h];
      c = c.map(
        (old, j) =>
          sigmoid(product(z, "Wf", j) + (array(inputs, "b")[j] ?? NaN)) * old +
          sigmoid(product(z, "Wi", j)) * Math.tanh(product(z, "Wg", j)),
      );
      h = c.map((value, j) => sigmoid(product(z, "Wo", j)) * Math.tanh(value));
    }
    total += h.reduce((s, value) => s + value * value, 0);
  }
  return total;
}

const programs: readonly Program[] = [
  {
    file: "rk4",
    name: "pendulum",
    sizes: {},
    inputs: { angle: 1.2, speed: -0.4, friction: 0.3 },
    reference: ({ angle, speed, friction }) => plain("rk4", "pendulum")(angle, speed, friction),
  },
  {
    file: "determinant",
    name: "determinant",
    sizes: { N: 5 },
    inputs: { A: normals(25) },
    reference: (inputs) => plain("determinant", "determinant")(rows(array(inputs, "A"), 5)),
  },
  {
    file: "particles",
    name: "particles",
    sizes: { N: 3 },
    inputs: { height: Float64Array.of(1, 2, 0.5), speed: Float64Array.of(0.3, -1, 2), drag: 0.05 },
    reference: ({ height, speed, drag }) => plain("particles", "particles")(height, speed, drag),
  },
  {
    file: "lstm",
    name: "lstm",
    sizes: { T: 6, N: 2 },
    inputs: {
      x: normals(36),
      Wi: normals(28),
      Wf: normals(28),
      Wg: normals(28),
      Wo: normals(28),
      b: normals(4),
    },
    reference: (inputs) => lstm(inputs, 6, 2),
  },
];

describe.each(programs)("$name", ({ file, name, sizes, inputs, reference }) => {
  it.each([0, 2] as const)("has the value and the slopes of the program at -O%i", (level) => {
    const { value, gradient } = compiled(file, name, level, sizes);
    const expected = reference(inputs);
    expect(Math.abs(value(inputs) - expected)).toBeLessThan(
      1e-11 * Math.max(1, Math.abs(expected)),
    );
    const found = gradient(inputs);
    expect(Math.abs(Number(found["value"]) - expected)).toBeLessThan(
      1e-11 * Math.max(1, Math.abs(expected)),
    );
    for (const wrt of Object.keys(inputs)) {
      const own = found[`d${wrt}`] ?? NaN;
      const list = typeof own === "number" ? [own] : [...own];
      const numerical = slopes(reference, inputs, wrt);
      expect(list.length).toBe(numerical.length);
      const scale = Math.max(1, ...numerical.map(Math.abs));
      numerical.forEach((slope, i) =>
        expect(Math.abs((list[i] ?? NaN) - slope)).toBeLessThan(1e-6 * scale),
      );
    }
  });
});
