import { checkGradient, random, type ParameterCheck, type Random } from "../../runtime/index.js";
import type { CompiledFunction } from "../backends/typescript/module.js";
import { evaluateModule } from "../evaluateModule.js";
import { dimProduct, evaluateDim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import {
  makeCallable,
  type Callable,
  type Leaf,
  type Leaves,
  type Sizes,
} from "../jit/callable.js";
import { pathOf } from "../passes/differentiate.js";
import { compile, type CompileOptions } from "../pipeline.js";
import type { Io } from "./io.js";
import { chooseSizes, Points } from "./points.js";
import { report, toolError } from "./problems.js";
import type { Program } from "./project.js";
import { table } from "./table.js";

export interface CheckOptions {
  readonly compile: CompileOptions;
  readonly points: number;
  readonly seed: number;
}

/** Relative errors of correct gradients stay below this in f64. */
const tolerance = 1e-6;
/** Elements of one parameter looked at for each point. */
const maxElements = 200;
const maxAttempts = 60;

/** `flatgrad check`: 0 if all gradients agree with numerical ones, else 1. */
export function check({ source, files }: Program, options: CheckOptions, io: Io): number {
  const { code, functions, diagnostics } = compile(source, {
    ...options.compile,
    precision: "f64",
    target: "js",
  });
  report(io, diagnostics, files);
  if (functions.length === 0) throw toolError("FG503", "there is no function to check");
  const module = evaluateModule(code);
  const checks = functions.map((one) => checkFunction(makeCallable(one, module), options));
  const rows = checks.flatMap((one) => one.rows);
  const failed = rows.filter((row) => !(row.error <= tolerance));
  const headings = [
    "function",
    "parameter",
    "checked",
    "worst error",
    "where",
    "gradient",
    "differences",
    "",
  ];
  io.out(`${table(headings, rows.map(cells), io.outColor)}\n\n`);
  for (const { name, sizes } of checks)
    if (sizes !== "") io.out(`${name}: checked with ${sizes}\n`);
  const { green, red } = io.outColor;
  io.out(
    failed.length === 0
      ? green(`all gradients agree with differences to ${tolerance.toExponential()}\n`)
      : red(`${failed.length} of ${rows.length} gradients differ\n`),
  );
  return failed.length === 0 ? 0 : 1;
}

interface Row {
  readonly functionName: string;
  readonly parameter: string;
  readonly checked: number;
  readonly error: number;
  readonly where: string;
  readonly analytic: number;
  readonly numeric: number;
}

function cells(row: Row): readonly string[] {
  return [
    row.functionName,
    row.parameter,
    String(row.checked),
    row.error.toExponential(1),
    row.where,
    number(row.analytic),
    number(row.numeric),
    row.error <= tolerance ? "ok" : "FAILED",
  ];
}

const number = (value: number): string => value.toPrecision(8);

function checkFunction(
  callable: Callable,
  { points, seed }: CheckOptions,
): { name: string; sizes: string; rows: readonly Row[] } {
  const { compiled } = callable;
  const { name } = compiled.model;
  const sizes = chooseSizes(compiled);
  const drawn = new Points(compiled, sizes);
  const generator = random(seed);
  const worst = new Map<Node, Row>();
  for (let point = 1; point <= points; point++) {
    const found = checkPoint(callable, sizes, drawn, generator);
    for (const { node, result } of found) {
      const before = worst.get(node);
      const row: Row = {
        functionName: name,
        parameter: pathOf(node),
        checked: (before?.checked ?? 0) + result.checked,
        error: result.error,
        where: place(node, result.index, sizes, point),
        analytic: result.analytic,
        numeric: result.numeric,
      };
      const kept = before !== undefined && before.error >= row.error;
      worst.set(node, kept ? { ...before, checked: row.checked } : row);
    }
  }
  const text = Object.entries(sizes).map(([key, value]) => `${key} = ${value}`);
  return { name, sizes: text.join(", "), rows: Array.from(worst.values()) };
}

/** `[2, 5] of point 1`. */
function place(node: Node, index: number, sizes: Sizes, point: number): string {
  const shape = node.type.shape.map((dim) => evaluateDim(dim, sizes));
  let rest = index;
  const position = shape
    .toReversed()
    .map((size) => {
      const at = rest % size;
      rest = Math.floor(rest / size);
      return at;
    })
    .toReversed();
  const element = shape.length === 0 ? "" : `[${position.join(", ")}] of `;
  return `${element}point ${point}`;
}

interface Found {
  readonly node: Node;
  readonly result: ParameterCheck;
}

/** Compares at one random point where the value is finite. @throws CompileError FG506 if none is found */
function checkPoint(
  callable: Callable,
  sizes: Sizes,
  points: Points,
  generator: Random,
): readonly Found[] {
  const { compiled } = callable;
  const cotangents = drawCotangents(compiled, sizes, generator);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const inputs = points.draw(generator, attempt);
    const value = valueAt(callable, inputs, sizes, cotangents);
    if (Number.isFinite(value)) return compareAt(callable, inputs, sizes, cotangents);
  }
  throw toolError("FG506", `no random input gave \`${compiled.model.name}\` a finite value`, {
    hint: "scale the inputs inside the function, so that numbers around 1 fit",
  });
}

function compareAt(
  callable: Callable,
  inputs: Leaves,
  sizes: Sizes,
  cotangents: Leaves,
): readonly Found[] {
  const { compiled } = callable;
  const { gradients } = callable.gradient(inputs, sizes, cotangents);
  const wrt = [...compiled.programs.wrt];
  const start = Object.fromEntries(
    wrt.map((node) => [pathOf(node), toArray(inputs.get(pathOf(node)))]),
  );
  const analytic = Object.fromEntries(
    wrt.map((node) => [`d${pathOf(node)}`, toArray(gradients.get(pathOf(node)))]),
  );
  const f = (point: Readonly<Record<string, Float64Array>>) => {
    const moved = new Map(inputs);
    for (const node of wrt) {
      const array = point[pathOf(node)] ?? new Float64Array();
      const isScalar = node.type.shape.length === 0;
      moved.set(pathOf(node), isScalar ? (array[0] ?? NaN) : array);
    }
    return valueAt(callable, moved, sizes, cotangents) ?? NaN;
  };
  const results = checkGradient(f, start, analytic, { maxElements });
  return wrt.flatMap((node, i) => {
    const result = results[i];
    return result === undefined ? [] : [{ node, result }];
  });
}

function toArray(leaf: Leaf | undefined): Float64Array {
  return typeof leaf === "object" ? Float64Array.from(leaf) : Float64Array.of(Number(leaf));
}

/** Random weights for each float leaf of the result; 1 for a scalar result. */
function drawCotangents({ stages }: CompiledFunction, sizes: Sizes, generator: Random): Leaves {
  const floats = stages.graph.outputs.filter(({ node }) => isFloat(node.type.dtype));
  const isScalar = stages.graph.outputs.length === 1 && floats[0]?.node.type.shape.length === 0;
  return new Map(
    floats.map(({ name, node }): [string, Leaf] => {
      const { shape } = node.type;
      if (shape.length === 0) return [name, isScalar ? 1 : generator.normal()];
      const count = evaluateDim(dimProduct(shape), sizes);
      return [name, generator.fillNormal(new Float64Array(count))];
    }),
  );
}

/** Σ ⟨result, cotangent⟩; undefined where an index is out of range. */
function valueAt(
  callable: Callable,
  inputs: Leaves,
  sizes: Sizes,
  cotangents: Leaves,
): number | undefined {
  try {
    const value = callable.value(inputs, sizes);
    let total = 0;
    for (const [name, cotangent] of cotangents) {
      const weights = toArray(cotangent);
      toArray(value.get(name)).forEach((x, i) => (total += x * (weights[i] ?? NaN)));
    }
    return total;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
