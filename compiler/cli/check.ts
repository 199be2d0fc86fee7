import { checkGradient, random, type ParameterCheck, type Random } from "../../runtime/index.js";
import { evaluateModule } from "../evaluateModule.js";
import { evaluateDim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { makeCallable, type Callable, type Leaves, type Sizes } from "../jit/callable.js";
import { makeDerivedCallables, type DerivedCallable } from "../jit/derived.js";
import { pathOf } from "../passes/differentiate.js";
import { compile, type CompileOptions } from "../pipeline.js";
import { linesOf } from "./checkDerived.js";
import { compileRules } from "./checkRules.js";
import { drawCotangents, toArray, valueAt } from "./checkValues.js";
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
  const checks = functions.map((one) =>
    checkFunction(makeCallable(one, module), makeDerivedCallables(one, module), options),
  );
  const rules = compileRules(functions, files).map(({ callable, title }) =>
    renamedRows(checkFunction(callable, [], options), title),
  );
  checks.push(...rules);
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

interface FunctionCheck {
  readonly name: string;
  readonly sizes: string;
  readonly rows: readonly Row[];
}

/** The rows of a chain rule of the author's, under the words that say where it is. */
function renamedRows({ rows }: FunctionCheck, title: string): FunctionCheck {
  return { name: title, sizes: "", rows: rows.map((row) => ({ ...row, functionName: title })) };
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
  derived: readonly DerivedCallable[],
  { points, seed }: CheckOptions,
): FunctionCheck {
  const { compiled } = callable;
  const { name } = compiled.model;
  const sizes = chooseSizes(compiled);
  const drawn = new Points(compiled, sizes);
  const generator = random(seed);
  const worst = new Map<string, Row>();
  for (let point = 1; point <= points; point++) {
    const at = findPoint(callable, sizes, drawn, generator);
    const rows = [
      ...gradientRows(callable, at, point),
      ...derived.flatMap((one) => derivedRows(callable, one, at, { generator, point })),
    ];
    for (const row of rows) {
      const key = `${row.functionName} ${row.parameter}`;
      const before = worst.get(key);
      const checked = (before?.checked ?? 0) + row.checked;
      const kept = before !== undefined && before.error >= row.error ? before : row;
      worst.set(key, { ...kept, checked });
    }
  }
  const text = Object.entries(sizes).map(([key, value]) => `${key} = ${value}`);
  return { name, sizes: text.join(", "), rows: Array.from(worst.values()) };
}

/** Where a function is checked: inputs at which it is finite, and weights of its results. */
interface Place {
  readonly inputs: Leaves;
  readonly sizes: Sizes;
  readonly cotangents: Leaves;
}

/** The gradient by every parameter, element by element. */
function gradientRows(callable: Callable, at: Place, point: number): readonly Row[] {
  const functionName = callable.compiled.model.name;
  return compareAt(callable, at).map(({ node, result }) => ({
    functionName,
    parameter: pathOf(node),
    checked: result.checked,
    error: result.error,
    where: place(node, result.index, at.sizes, point),
    analytic: result.analytic,
    numeric: result.numeric,
  }));
}

/** Another derivative of the function, along random directions. */
function derivedRows(
  callable: Callable,
  derived: DerivedCallable,
  { inputs, sizes }: Place,
  { generator, point }: { readonly generator: Random; readonly point: number },
): readonly Row[] {
  return linesOf(callable, derived, { inputs, sizes, generator }).map((line): Row => {
    const along = ({ t }: Readonly<Record<string, Float64Array>>) => line.along(t?.[0] ?? NaN);
    const [result] = checkGradient(
      along,
      { t: Float64Array.of(0) },
      { dt: Float64Array.of(line.analytic) },
    );
    const { error = NaN, analytic = NaN, numeric = NaN } = result ?? {};
    return {
      functionName: derived.derived.model.name,
      parameter: line.parameter,
      checked: 1,
      error,
      where: `a direction of point ${point}`,
      analytic,
      numeric,
    };
  });
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

/** A random point where the value is finite. @throws CompileError FG506 if none is found */
function findPoint(callable: Callable, sizes: Sizes, points: Points, generator: Random): Place {
  const { compiled } = callable;
  const cotangents = drawCotangents(compiled, sizes, generator);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const inputs = points.draw(generator, attempt);
    const value = valueAt(callable, inputs, sizes, cotangents);
    if (Number.isFinite(value)) return { inputs, sizes, cotangents };
  }
  throw toolError("FG506", `no random input gave \`${compiled.model.name}\` a finite value`, {
    hint: "scale the inputs inside the function, so that numbers around 1 fit",
  });
}

function compareAt(callable: Callable, { inputs, sizes, cotangents }: Place): readonly Found[] {
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
