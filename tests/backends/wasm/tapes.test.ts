import { readFileSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { compile } from "../../../compiler/pipeline.js";
import { random } from "../../../runtime/index.js";
import { runCode } from "../../support/runCode.js";
import { typeErrors } from "../../support/typeErrors.js";

/** Loops whose iterations nobody knows beforehand: what they record is kept in the module's memory. */

const assembler = await loadAssembler();

type Arrays = Readonly<Record<string, Float32Array | Float64Array | number>>;

interface Work {
  readonly inputs: Arrays;
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly room: Readonly<Record<string, number>>;
}

interface Model {
  readonly code: string;
  create(sizes: object, room?: object): Work;
  value(inputs: Arrays, work: Work): number;
  gradient(inputs: Arrays, work: Work): Arrays;
}

function modelOf(name: string, text: string, target: "wasm" | "ts"): Model {
  const source = { entry: "model.ts", files: { "model.ts": text } };
  const { code } = compile(source, { target, assembler });
  const exports = runCode(code);
  const find = (key: string) => {
    const found = exports[key];
    if (typeof found !== "function") throw new Error(`there is no function ${key}`);
    return (...given: readonly unknown[]): unknown => found(...given) as unknown;
  };
  const create = find(`create${name.charAt(0).toUpperCase()}${name.slice(1)}Work`);
  const [value, gradient] = [find(name), find(`${name}Grad`)];
  return {
    code,
    create: (...given) => create(...given) as Work,
    value: (...given) => value(...given) as number,
    gradient: (...given) => gradient(...given) as Arrays,
  };
}

const declared = (body: string) =>
  `import { matmul, sum, tanh, type Tensor } from "flatgrad";\n\nexport ${body}\n`;

/** The gradient as plain numbers: the next call may overwrite its arrays. */
const numbersOf = (result: Arrays) =>
  Object.entries(result).map(([name, value]) => ({
    name,
    numbers: typeof value === "number" ? [value] : [...value],
  }));

function distance(a: Arrays, b: Arrays): number {
  const [found, reference] = [numbersOf(a), numbersOf(b)];
  expect(found.map(({ name }) => name)).toEqual(reference.map(({ name }) => name));
  const differences = found.flatMap(({ numbers }, i) =>
    numbers.map((x, j) => {
      const y = reference[i]?.numbers[j] ?? NaN;
      return Math.abs(x - y) / Math.max(1, Math.abs(y));
    }),
  );
  return differences.some(Number.isNaN) ? NaN : Math.max(...differences);
}

const decay = declared(`function decay(x: Tensor<["N"], "f64">, rate: number, end: number): number {
  let y = sum(x * x);
  let path = 0;
  while (y > end) {
    path = path + y * y * rate;
    y = y * (1 - rate * Math.cos(y));
  }
  return path + y;
}`);

describe("a loop that runs until its data say so", () => {
  const [wasm, plain] = [modelOf("decay", decay, "wasm"), modelOf("decay", decay, "ts")];
  const x = Float64Array.of(0.3, 0.2, 0.5);
  const given = (rate: number) => ({ x, rate, end: 0.1 });

  it("runs in WebAssembly, its gradient too", () => {
    expect(wasm.code).not.toMatch(/^ *while \(/m);
    expect(wasm.code).toMatch(/!stages\.decayGrad2\(/);
  });

  it("has the gradient of JavaScript and of differences, however often it runs", () => {
    const [work, own] = [wasm.create({ N: 3 }), plain.create({ N: 3 })];
    const first = work.memory;
    for (const rate of [0.9, 0.1, 0.001, 0.00003, 0.2]) {
      const inputs = given(rate);
      const result = wasm.gradient(inputs, work);
      expect(distance(result, plain.gradient(inputs, own))).toBeLessThan(1e-9);
      expect(wasm.value(inputs, work)).toBe(result["value"]);
    }
    expect(work.memory).not.toBe(first);
    const { dx } = wasm.gradient(given(0.01), work);
    if (!(dx instanceof Float64Array)) throw new Error("dx is no array");
    const slope = dx[0] ?? NaN;
    const moved = [1e-6, -1e-6].map((h) =>
      wasm.value({ ...given(0.01), x: Float64Array.of(0.3 + h, 0.2, 0.5) }, work),
    );
    expect(((moved[0] ?? NaN) - (moved[1] ?? NaN)) / 2e-6).toBeCloseTo(slope, 5);
  });

  it("takes no new memory once it has enough, nor where it was told how much", () => {
    const work = wasm.create({ N: 3 });
    wasm.gradient(given(0.001), work);
    const { memory, room } = work;
    const smallest = Math.min(...Object.values(room));
    wasm.gradient(given(0.001), work);
    wasm.gradient(given(0.5), work);
    expect(work.memory).toBe(memory);
    const told = wasm.create({ N: 3 }, room);
    const before = told.memory;
    wasm.gradient(given(0.001), told);
    expect(told.memory).toBe(before);
    // Far from twice what is needed for each of the doublings before.
    expect(smallest).toBeGreaterThan(1000);
    expect(memory.buffer.byteLength).toBeLessThan(40 * 16 * smallest);
  });

  it("keeps the arrays of the caller", () => {
    const work = wasm.create({ N: 3 });
    const { inputs } = work;
    const mine = inputs["x"];
    if (!(mine instanceof Float64Array)) throw new Error("x is no array");
    mine.set(x);
    const read = () => ({ ...inputs, rate: 0.0005, end: 0.1 });
    const result = wasm.gradient(read(), work);
    expect(work.inputs).toBe(inputs);
    expect(inputs["x"]).toBe(mine);
    expect(mine).toEqual(x);
    const own = plain.create({ N: 3 });
    expect(distance(result, plain.gradient({ ...given(0.0005) }, own))).toBeLessThan(1e-9);
    // What is written to them afterwards counts.
    mine[0] = 0.4;
    const later = wasm.gradient(read(), work);
    expect(distance(later, plain.gradient(read(), own))).toBeLessThan(1e-9);
  });
});

const others = {
  settle: declared(`function settle(W: Tensor<["N", "N"], "f64">, x: Tensor<["N"], "f64">): number {
  let h = x;
  let change = 1;
  let steps = 0;
  while (change > 1e-7 && steps < 500) {
    const next = tanh(matmul(W, h) + x);
    change = sum((next - h) * (next - h));
    h = next;
    steps = steps + 1;
  }
  return sum(h * h);
}`),
  nested: declared(`function nested(x: Tensor<["N"], "f64">): number {
  let total = 0;
  for (const v of x) {
    let y = v * v + 1;
    while (y > 0.01) {
      let z = y;
      while (z > 0.3) {
        z = z * (0.8 + 0.1 * Math.sin(v));
        total = total + z * z;
      }
      y = y * 0.9;
    }
    total = total + y;
  }
  return total;
}`),
  single: declared(`function single(x: Tensor<["N"], "f32">, w: number): number {
  let y = x;
  let n = 0;
  while (sum(y * y) > 0.001) {
    y = y * 0.97 + tanh(y * w) * 0.01;
    n = n + 1;
  }
  return sum(y) + n * w;
}`),
} as const;

describe.each(Object.entries(others))("%s", (name, text) => {
  it("means what it means in JavaScript", () => {
    const [wasm, plain] = [modelOf(name, text, "wasm"), modelOf(name, text, "ts")];
    const tolerance = text.includes('"f32"') ? 1e-4 : 1e-10;
    for (const N of [1, 2, 5, 19]) {
      const [work, own] = [wasm.create({ N }), plain.create({ N })];
      for (let seed = 1; seed < 4; seed++) {
        const draw = random(10 * N + seed);
        const normals = (count: number) =>
          Float64Array.from({ length: count }, () => draw.normal());
        const x = normals(N);
        const inputs: Arrays = {
          x: text.includes('"f32"') ? Float32Array.from(x) : x,
          W: normals(N * N).map((value) => (0.5 * value) / N),
          w: 0.1 * draw.normal(),
        };
        const result = wasm.gradient(inputs, work);
        expect(distance(result, plain.gradient(inputs, own))).toBeLessThan(tolerance);
      }
    }
  });
});

const particles = readFileSync(
  new URL("../../loops/programs/particles.ts", import.meta.url),
  "utf8",
);

it("particles bounce until they lie still", () => {
  const [wasm, plain] = [
    modelOf("particles", particles, "wasm"),
    modelOf("particles", particles, "ts"),
  ];
  for (const N of [1, 3, 17]) {
    const draw = random(N);
    const inputs = {
      height: Float64Array.from({ length: N }, () => 1 + draw.uniform()),
      speed: Float64Array.from({ length: N }, () => draw.normal()),
      drag: 0.1,
    };
    const result = wasm.gradient(inputs, wasm.create({ N }));
    expect(distance(result, plain.gradient(inputs, plain.create({ N })))).toBeLessThan(1e-10);
  }
});

const texts = { decay, ...others, particles };

describe.each(Object.entries(texts))("the code of %s is formatted", (name, text) => {
  it.each(["wasm", "wasm-js"] as const)("%s", async (target) => {
    const source = { entry: "model.ts", files: { "model.ts": text } };
    const { code } = compile(source, { target, assembler, standalone: name === "nested" });
    const parser = target === "wasm" ? "typescript" : "acorn";
    expect(code).toBe(await format(code, { parser }));
  });
});

it("their code passes the strictest checks", { timeout: 120_000 }, () => {
  const files = Object.entries(texts).map(([name, text]) => {
    const source = { entry: "model.ts", files: { "model.ts": text } };
    return [`${name}.ts`, compile(source, { target: "wasm", assembler }).code];
  });
  expect(typeErrors(Object.fromEntries(files))).toEqual([]);
});
