import { printModule, type Programs } from "../../compiler/backends/typescript/module.js";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import { parseGraph } from "../../compiler/ir/parse.js";
import { printGraph } from "../../compiler/ir/print.js";
import { isFloat } from "../../compiler/ir/type.js";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { registry } from "../../compiler/ops/index.js";
import type { CompileResult } from "../../compiler/pipeline.js";
import { planArena } from "../../compiler/schedule/arena.js";
import type { Program as Schedule } from "../../compiler/schedule/program.js";
import { callerOf, compileGraph } from "./compileGraph.js";
import { Draw } from "./draw.js";
import type { Caller, Results } from "./generated.js";
import type { Program } from "./randomProgram.js";
import { Sampler, slopeOf, stencil, type Environment } from "./sampler.js";
import type { Values } from "./values.js";

/** What is wrong with the compilation of a program; the same text for the same kind of fault. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly kind: string;

  constructor(kind: string, details = "") {
    super(`${kind}${details === "" ? "" : `: ${details}`}`);
    this.kind = kind;
  }
}

/**
 * Compiles a program at both levels and runs it: values and gradients are those
 * of the reference evaluator, the gradient is that of finite differences, and
 * calls leave nothing behind.
 *
 * @throws Fault
 */
export function checkProgram({ graph, environments }: Program): void {
  checkText(graph);
  const unfused = compiled(graph, 0);
  const fused = compiled(graph, 2);
  if (isSampled(fused)) checkBytes(graph, fused);
  for (const [i, environment] of environments.entries()) {
    const values = withCotangents(environment.values, fused, environment);
    const expected = reference(graph, fused, values, environment);
    for (const [level, result] of [
      ["-O0", unfused],
      ["-O2", fused],
    ] as const)
      checkCalls(level, callerOf(result, environment.sizes), values, expected, graph);
    if (i > 0) continue;
    checkArena(fused, values, environment);
    if (isDouble(graph)) checkSlope(graph, values, environment, expected);
  }
}

/** One program in four: what is seldom wrong is not asked of all. */
function isSampled({ code }: CompileResult): boolean {
  return code.length % 4 === 0;
}

/** Print → parse → print is stable. */
function checkText(graph: Graph): void {
  verifyGraph(graph, registry);
  const text = printGraph(graph);
  const again = printGraph(parseGraph(text, registry));
  if (again !== text) throw new Fault("textual IR changes when it is read back", again);
}

function compiled(graph: Graph, level: 0 | 2): CompileResult {
  const options = { level, target: "js", verify: level === 2 } as const;
  return attempt(`-O${level} fails`, () => compileGraph(graph, options));
}

function checkBytes(graph: Graph, { code }: CompileResult): void {
  const again = compileGraph(graph, { target: "js" });
  if (again.code !== code) throw new Fault("the code is another the second time");
}

function attempt<T>(kind: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault(`${kind} with ${message.replaceAll(/\d+/g, "#").slice(0, 80)}`);
  }
}

/** Inputs and a cotangent for every float result, the same for every compilation. */
function withCotangents(
  values: Values,
  { functions }: CompileResult,
  { sizes }: Environment,
): Values {
  const draw = new Draw(5);
  const [compiledFunction] = functions;
  const zeros = new Sampler({ sizes, values, direction: {} });
  const cotangents = (compiledFunction?.programs.cotangents ?? []).map((node) => {
    const name = String(node.attrs["name"]);
    const output = compiledFunction?.stages.graph.outputs.find((o) => `d${o.name}` === name);
    if (output === undefined) throw new Fault("a cotangent of no result", name);
    const { shape, data } = zeros.valueOf(output.node);
    return [name, { dtype: node.type.dtype, shape, data: data.map(() => draw.number()) }] as const;
  });
  return { ...values, ...Object.fromEntries(cotangents) };
}

interface Expected {
  readonly forward: Results;
  readonly gradient: Results;
}

/** What the graphs mean: the value by the author's graph, the gradient by that of reverse mode. */
function reference(
  graph: Graph,
  { functions }: CompileResult,
  values: Values,
  { sizes }: Environment,
): Expected {
  const stages = functions[0]?.stages;
  if (stages === undefined) throw new Fault("nothing was compiled");
  const evaluate = (g: Graph): Results =>
    Object.fromEntries(
      Object.entries(evaluateGraph(g, values, sizes)).map(([name, { data }]) => [name, data]),
    );
  const [forward, gradient, optimised] = [graph, stages.gradient, stages.optimised].map(evaluate);
  if (!forward || !gradient || !optimised) throw new Fault("nothing was compiled");
  const tolerance = toleranceOf(graph);
  compare("forward passes change the value", pickFrom(gradient, forward), forward, tolerance);
  compare("joint passes change the result", optimised, gradient, tolerance);
  return { forward, gradient };
}

function pickFrom(results: Results, like: Results): Results {
  return Object.fromEntries(Object.keys(like).map((name) => [name, results[name] ?? []]));
}

function checkCalls(
  level: string,
  caller: Caller,
  values: Values,
  expected: Expected,
  graph: Graph,
): void {
  const tolerance = toleranceOf(graph);
  const before = JSON.stringify(Object.values(values).map(({ data }) => data.map(String)));
  const forward = attempt(`${level} fails`, () => caller.forward(values));
  compare(`${level} gives another value`, forward, expected.forward, tolerance);
  const gradient = attempt(`${level} fails`, () => caller.gradient(values));
  compare(`${level} gives another gradient`, gradient, expected.gradient, tolerance);
  poison(caller.work);
  compare(`${level} reads what an earlier call left`, caller.gradient(values), gradient, 0);
  poison(caller.work);
  compare(`${level} reads what an earlier call left`, caller.forward(values), forward, 0);
  compare(`${level} changes after a call`, caller.gradient(values), gradient, 0);
  const after = JSON.stringify(Object.values(values).map(({ data }) => data.map(String)));
  if (after !== before) throw new Fault(`${level} writes to its inputs`);
}

/** Fills the memory between calls with NaN, or with numbers that are no index. */
function poison(work: object | undefined): void {
  if (work === undefined || !("arena" in work)) return;
  if (work.arena instanceof ArrayBuffer) new Uint8Array(work.arena).fill(0xff);
}

/** Memory that buffers share gives the bits of memory of their own. */
function checkArena(result: CompileResult, values: Values, { sizes }: Environment): void {
  const [compiledFunction] = result.functions;
  if (compiledFunction === undefined || !sharesMemory(compiledFunction.programs)) return;
  const apart = (program: Schedule): Schedule => ({
    ...program,
    ...planArena(program.body, false),
  });
  const { programs } = compiledFunction;
  const separate = {
    ...compiledFunction,
    programs: {
      ...programs,
      forward: apart(programs.forward),
      gradient: apart(programs.gradient),
    },
  };
  const code = printModule([separate], { target: "js", level: 2, header: [] });
  const other = callerOf({ ...result, code, functions: [separate] }, sizes);
  const own = callerOf(result, sizes);
  compare("sharing memory changes the value", own.forward(values), other.forward(values), 0);
  compare("sharing memory changes the gradient", own.gradient(values), other.gradient(values), 0);
}

function sharesMemory({ forward, gradient }: Programs): boolean {
  return [forward, gradient].some((program) => {
    const apart = planArena(program.body, false).arena;
    const [shared, own] = [program.arena, apart].map(({ slots }) => JSON.stringify(slots));
    return shared !== own;
  });
}

/** The slope of Σ ⟨result, cotangent⟩ along the direction, by differences and by the gradient. */
function checkSlope(
  graph: Graph,
  values: Values,
  environment: Environment,
  { gradient }: Expected,
): void {
  const sampler = new Sampler({ ...environment, values }, stencil);
  const floats = graph.outputs.filter(({ node }) => isFloat(node.type.dtype));
  const totals = stencil.map((_, at) =>
    floats
      .flatMap(({ name, node }) => {
        const cotangent = values[`d${name}`]?.data;
        return (sampler.samplesOf(node)[at]?.data ?? []).map((x, i) => x * (cotangent?.[i] ?? 1));
      })
      .reduce((p, q) => p + q, 0),
  );
  const terms = Object.entries(environment.direction).flatMap(([name, { data }]) =>
    data.map((v, i) => v * (gradient[`d${name}`]?.[i] ?? NaN)),
  );
  const slope = terms.reduce((p, q) => p + q, 0);
  const scale = Math.max(1, ...totals.map(Math.abs), ...terms.map(Math.abs));
  const numerical = slopeOf(totals);
  // Never so in a random program, but in what is left of one when it is shrunk.
  if (!Number.isFinite(numerical)) return;
  if (!(Math.abs(slope - numerical) <= 1e-5 * scale))
    throw new Fault("the gradient is not that of differences", `${slope} is ${numerical}`);
}

function isDouble(graph: Graph): boolean {
  return !nodesOf(graph).some(({ type }) => type.dtype === "f32");
}

/** Rounding is magnified by what a program does with it; values are of size 20 at most. */
function toleranceOf(graph: Graph): number {
  return isDouble(graph) ? 1e-9 : 2e-3;
}

/** @throws Fault unless all results agree, relative to the largest of them. */
function compare(kind: string, actual: Results, expected: Results, tolerance: number): void {
  const scale = Math.max(
    1,
    ...Object.values(expected)
      .flat()
      .map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)),
  );
  const names = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  for (const name of names) {
    const [p, q] = [actual[name] ?? [], expected[name] ?? []];
    const agrees =
      p.length === q.length && p.every((x, i) => isNear(x, q[i] ?? NaN, tolerance * scale));
    if (!agrees) throw new Fault(kind, `${name} is ${p.join(" ")} instead of ${q.join(" ")}`);
  }
}

function isNear(x: number, y: number, by: number): boolean {
  return Object.is(x, y) || x === y || Math.abs(x - y) <= by;
}
