import { describe, expect, test } from "vitest";
import type { Epilogue } from "../../../compiler/backends/wasm/kernels/epilogue.js";
import type { MatmulKernel } from "../../../compiler/backends/wasm/kernels/kernel.js";
import { type Dtype, lanesOf } from "../../../compiler/backends/wasm/kernels/lanes.js";
import {
  matmulKernels,
  matmulScratchBytes,
} from "../../../compiler/backends/wasm/kernels/matmul.js";
import { relaxedSimdProbe } from "../../../compiler/backends/wasm/kernels/relaxed.js";
import { random } from "../../../runtime/random.js";
import { isValid, textModule, type TextModule } from "./kernelsSupport.js";

/** matrix − scalar · (column · sum + row); the sum is stored as well. */
function everyOperand(dtype: Dtype): Epilogue {
  const { vector } = lanesOf(dtype);
  return {
    operands: [
      { kind: "matrix", stored: false },
      { kind: "row" },
      { kind: "column" },
      { kind: "scalar" },
      { kind: "matrix", stored: true },
    ],
    finish(sum, [matrix, row, column, scalar], scope) {
      const inner = scope.local();
      const zero = scope.constant("(v128.const i64x2 0 0)");
      return {
        statements: [
          `(local.set ${inner} (${vector}.add (${vector}.mul ${column} ${sum}) ${row}))`,
          `(local.set ${inner} (${vector}.add ${zero} (local.get ${inner})))`,
        ],
        value: `(${vector}.sub ${matrix} (${vector}.mul ${scalar} (local.get ${inner})))`,
        stored: [sum],
      };
    },
  };
}

const dtypes: readonly Dtype[] = ["f32", "f64"];
const kinds = ["NN", "NT", "TN", "TT"] as const;
type Kind = (typeof kinds)[number];

function kernelsOf(dtype: Dtype): MatmulKernel[] {
  return kinds.flatMap((kind) =>
    [false, true].flatMap((accumulate) =>
      [undefined, everyOperand(dtype)].map((epilogue) => ({
        name: nameOf(kind, accumulate, epilogue !== undefined),
        dtype,
        transposeA: kind.startsWith("T"),
        transposeB: kind.endsWith("T"),
        accumulate,
        ...(epilogue && { epilogue }),
      })),
    ),
  );
}

const nameOf = (kind: Kind, accumulate: boolean, epilogue: boolean): string =>
  `${kind}${accumulate ? "+" : ""}${epilogue ? "f" : ""}`;

function kindOf({ transposeA, transposeB }: MatmulKernel): Kind {
  return `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;
}

interface Arrays {
  readonly a: number[];
  readonly b: number[];
  readonly c: number[];
  readonly matrix: number[];
  readonly row: number[];
  readonly column: number[];
  readonly scalar: number[];
}

const generator = random(7);

function draw(dtype: Dtype, m: number, n: number, k: number): Arrays {
  const numbers = (count: number): number[] => {
    const drawn = Array.from({ length: count }, () => generator.normal());
    return dtype === "f32" ? drawn.map(Math.fround) : drawn;
  };
  return {
    a: numbers(m * k),
    b: numbers(k * n),
    c: numbers(m * n),
    matrix: numbers(m * n),
    row: numbers(n),
    column: numbers(m),
    scalar: numbers(1),
  };
}

interface Product {
  readonly sums: number[];
  /** Of the absolute values of the terms: what an error is measured by. */
  readonly sizes: number[];
}

/** Three plain loops in f64. */
function reference(kind: Kind, m: number, n: number, k: number, { a, b }: Arrays): Product {
  const sums: number[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let size = 0;
      for (let p = 0; p < k; p++) {
        const x = kind.startsWith("T") ? a[p * m + i]! : a[i * k + p]!;
        const y = kind.endsWith("T") ? b[j * k + p]! : b[p * n + j]!;
        sum += x * y;
        size += Math.abs(x * y);
      }
      sums.push(sum);
      sizes.push(size);
    }
  }
  return { sums, sizes };
}

const guard = 12345.5;

/** Lays the arrays into the memory between guards, runs a kernel and gives back C and the stored matrix. */
function run(
  module: TextModule,
  kernel: MatmulKernel,
  [m, n, k]: readonly [number, number, number],
  arrays: Arrays,
): { c: number[]; stored: number[] } {
  const { bytes } = lanesOf(kernel.dtype);
  const memory =
    kernel.dtype === "f32" ? new Float32Array(module.buffer) : new Float64Array(module.buffer);
  let next = 1;
  const reserve = (length: number): number => {
    const start = next;
    next += length + 1;
    memory[start - 1] = guard;
    return start;
  };
  const place = (values: readonly number[]): number => {
    const start = reserve(values.length);
    memory.set(values, start);
    return start;
  };
  const { a, b, c, matrix, row, column, scalar } = arrays;
  const [aAt, bAt, cAt] = [place(a), place(b), place(c)] as const;
  const operandsAt = [matrix, row, column, scalar, matrix].map(place);
  const scratchBytes = matmulScratchBytes(kernel, { rows: m, columns: n, inner: k });
  const scratch = reserve(Math.ceil(scratchBytes / bytes));
  const end = next;
  memory.fill(NaN, scratch, end - 1).fill(guard, end - 1, end + 64);
  module.call(
    kernel.name,
    ...[aAt, bAt, cAt].map((at) => at * bytes),
    m,
    n,
    k,
    scratch * bytes,
    ...(kernel.epilogue ? operandsAt.map((at) => at * bytes) : []),
  );
  const read = (at: number, count: number): number[] => [...memory.subarray(at, at + count)];
  const starts = [aAt, bAt, cAt, ...operandsAt, scratch];
  const whole =
    starts.every((at) => memory[at - 1] === guard) &&
    memory.subarray(end - 1, end + 64).every((value) => value === guard) &&
    a.every((value, i) => Object.is(memory[aAt + i], value)) &&
    b.every((value, i) => Object.is(memory[bAt + i], value));
  expect(whole, "what lies around C").toBe(true);
  return { c: read(cAt, m * n), stored: read(operandsAt[4]!, m * n) };
}

function expectProduct(
  module: TextModule,
  kernel: MatmulKernel,
  shape: readonly [number, number, number],
): void {
  const [m, n, k] = shape;
  const kind = kindOf(kernel);
  const arrays = draw(kernel.dtype, m, n, k);
  const { sums, sizes } = reference(kind, m, n, k, arrays);
  const { c, stored } = run(module, kernel, shape, arrays);
  const epsilon = kernel.dtype === "f32" ? 2 ** -24 : 2 ** -53;
  const { column, matrix, row, scalar } = arrays;
  let worst = 0;
  sums.forEach((product, at) => {
    const before = kernel.accumulate ? arrays.c[at]! : 0;
    const sum = product + before;
    const size = (sizes[at]! + Math.abs(before)) * (k + 2);
    const [x, y] = [column[Math.floor(at / n)]!, row[at % n]!];
    const wanted = kernel.epilogue ? matrix[at]! - scalar[0]! * (x * sum + y) : sum;
    const scale = kernel.epilogue
      ? Math.abs(matrix[at]!) + Math.abs(scalar[0]!) * (Math.abs(x) * size + Math.abs(y))
      : size;
    worst = Math.max(worst, Math.abs(c[at]! - wanted) / (4 * epsilon * scale + 1e-300));
    if (kernel.epilogue) {
      worst = Math.max(worst, Math.abs(stored[at]! - sum) / (4 * epsilon * size + 1e-300));
    }
    if (Number.isNaN(c[at]!)) worst = Infinity;
  });
  expect(worst, `${kernel.name} ${kernel.dtype} ${m}×${n}×${k}`).toBeLessThanOrEqual(1);
}

const bodies = dtypes.flatMap((dtype) => [false, true].map((relaxed) => ({ dtype, relaxed })));
const supported = bodies.filter(({ relaxed }) => !relaxed || isValid(relaxedSimdProbe));

describe.each(supported)("matrix products in $dtype, relaxed: $relaxed", ({ dtype, relaxed }) => {
  const kernels = kernelsOf(dtype);
  const names = kernels.map(({ name }) => name);
  const module = textModule(matmulKernels(kernels, { relaxed }), names, 160);

  test.each(kernels)("$name, every small shape", (kernel) => {
    const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 17];
    sizes.forEach((m) =>
      sizes.forEach((n) =>
        [0, 1, 2, 3, 5, 8, 11].forEach((k) => expectProduct(module, kernel, [m, n, k])),
      ),
    );
  });

  test.each(kernels)("$name, shapes of several blocks", (kernel) => {
    const shapes = [
      [300, 9, 20],
      [33, 33, 600],
      [20, 256, 30],
      [256, 24, 513],
      [256, 18, 1030],
      [3, 600, 5],
      [700, 1, 3],
      [1, 700, 9],
      [30, 130, 1024],
      [512, 16, 1300],
      [37, 50, 21],
    ] as const;
    shapes.forEach((shape) => {
      expectProduct(module, kernel, shape);
    });
  });
});

describe("NaN and infinities", () => {
  test("arrive where plain loops would put them", () => {
    const kernels = dtypes.flatMap((dtype) =>
      kernelsOf(dtype)
        .filter(({ epilogue }) => epilogue === undefined)
        .map((kernel) => ({ ...kernel, name: `${kernel.name}.${dtype}` })),
    );
    const module = textModule(
      matmulKernels(kernels),
      kernels.map(({ name }) => name),
      160,
    );
    const shapes = [
      [9, 11, 7],
      [2, 21, 5],
      [20, 1, 9],
      [5, 3, 600],
      [40, 256, 3],
    ] as const;
    for (const kernel of kernels) {
      for (const shape of shapes) {
        const [m, n, k] = shape;
        const arrays = draw(kernel.dtype, m, n, k);
        const { a, b, c } = arrays;
        const kind = kindOf(kernel);
        a[generator.integer(a.length)] = NaN;
        a[generator.integer(a.length)] = Infinity;
        b[generator.integer(b.length)] = -Infinity;
        b[generator.integer(b.length)] = 0;
        const { sums } = reference(kind, m, n, k, arrays);
        const special = (value: number): number => (Number.isFinite(value) ? 0 : value);
        const wanted = sums.map((sum, i) => special(kernel.accumulate ? sum + c[i]! : sum));
        expect(run(module, kernel, shape, arrays).c.map(special)).toEqual(wanted);
      }
    }
  });

  test("the relaxed bodies are assembled, whether or not they run here", () => {
    expect(matmulKernels(kernelsOf("f32"), { relaxed: true })).toContain("f32x4.relaxed_madd");
    expect(matmulKernels(kernelsOf("f32"))).not.toContain("relaxed");
  });
});

describe("scratch", () => {
  const kernels = dtypes.flatMap(kernelsOf);

  test("for sizes not known it is enough for any", () => {
    const sizes = [1, 3, 24, 256, 288, 512, 1024, 4096, 6144, 100_000];
    for (const kernel of kernels) {
      const most = matmulScratchBytes(kernel, { rows: null, columns: null, inner: null });
      expect(most).toBeLessThan(1.3 * 2 ** 20);
      for (const rows of sizes) {
        for (const inner of sizes) {
          const known = matmulScratchBytes(kernel, { rows, columns: null, inner });
          expect(known).toBeLessThanOrEqual(most);
          const rowsOnly = matmulScratchBytes(kernel, { rows, columns: null, inner: null });
          expect(known).toBeLessThanOrEqual(rowsOnly);
        }
      }
    }
  });

  test("for small products it is small", () => {
    const [plain] = kernels;
    expect(matmulScratchBytes(plain!, { rows: 8, columns: 8, inner: 8 })).toBeLessThanOrEqual(512);
  });
});
