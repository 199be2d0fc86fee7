import { CompileError } from "../../compiler/diagnostic.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile, type CompileOptions } from "../../compiler/pipeline.js";
import { Fault } from "./checkProgram.js";
import { Draw } from "./draw.js";
import { randomLoops, smallerLoops, writeLoops, type Block } from "./randomLoops.js";
import { roughness, slopeOf, stencil } from "./sampler.js";

/** A program with loops, and a point where it is smooth. */
export interface LoopCase {
  readonly program: readonly Block[];
  readonly x: readonly number[];
  readonly w: number;
}

type Plain = (x: Float64Array, w: number) => number;

/** The program as plain JavaScript: what it means, without this compiler. */
function plain(program: readonly Block[]): Plain {
  return (new Function(`"use strict";\n${writeLoops(program, false)}\nreturn f;`) as () => Plain)();
}

/** The values around a point as element `i` of x moves, or w for the one after the last. */
function samples(f: Plain, { x, w }: LoopCase, i: number): readonly number[] {
  return stencil.map((h) =>
    f(
      Float64Array.from(x, (value, j) => value + (i === j ? h : 0)),
      w + (i === x.length ? h : 0),
    ),
  );
}

function isSmooth(given: LoopCase): boolean {
  const f = plain(given.program);
  const scale = Math.max(1, Math.abs(f(Float64Array.from(given.x), given.w)));
  return [...given.x, given.w].every(
    (_, i) => scale < 1e3 && roughness(samples(f, given, i)) < 2e-8 * scale,
  );
}

/** A random case; null where no point was found at which the program is smooth. */
export function randomLoopCase(seed: number): LoopCase | null {
  const program = randomLoops(seed);
  const draw = new Draw(seed);
  for (let tries = 0; tries < 10; tries++) {
    const x = Array.from({ length: draw.pick([1, 2, 3, 5]) }, () => draw.number());
    const given = { program, x, w: draw.number() };
    if (isSmooth(given)) return given;
  }
  return null;
}

/** The compiled program gives the value of plain JavaScript, and the slopes of differences. @throws Fault */
export function checkLoops(given: LoopCase, options: CompileOptions = {}): void {
  const f = plain(given.program);
  const x = Float64Array.from(given.x);
  const value = f(x, given.w);
  const slopes = [...given.x, given.w].map((_, i) => slopeOf(samples(f, given, i)));
  for (const level of [0, 2] as const) {
    const module = evaluateModule(compiled(given.program, { level, ...options }));
    const work = module.get("createFWork")?.({ N: x.length });
    // Twice, since what is kept between calls must not be taken for what the call has made.
    for (const round of ["", " in the second call"]) {
      const inputs = { x, w: given.w };
      const forward =
        work === undefined ? module.get("f")?.(inputs) : module.get("f")?.(inputs, work);
      const result = (
        work === undefined ? module.get("fGrad")?.(inputs) : module.get("fGrad")?.(inputs, work)
      ) as Readonly<Record<string, number | Float64Array>>;
      for (const own of [Number(forward), Number(result["value"])]) {
        if (!(Math.abs(own - value) <= 1e-11 * Math.max(1, Math.abs(value))))
          throw new Fault(`-O${level} gives another value${round}`, `${own} instead of ${value}`);
      }
      const own = [...(result["dx"] as Float64Array), Number(result["dw"])];
      const scale = Math.max(1, Math.abs(value), ...slopes.map(Math.abs));
      slopes.forEach((slope, i) => {
        if (!(Math.abs((own[i] ?? NaN) - slope) <= 1e-5 * scale))
          throw new Fault(
            `-O${level} gives another slope${round}`,
            `${i < x.length ? `dx[${i}]` : "dw"} is ${own[i]}, not ${slope}`,
          );
      });
    }
  }
}

function compiled(program: readonly Block[], options: CompileOptions): string {
  const files = { "model.ts": writeLoops(program, true) };
  try {
    return compile(
      { entry: "model.ts", files },
      { target: "js", functions: ["f"], verify: options.level === 2, ...options },
    ).code;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const codes = error.diagnostics.map(({ code }) => code);
    throw new Fault(`refused with ${codes.join(", ")}`, error.message);
  }
}

/** The kind of fault a case shows, if any; null also where the case itself makes no sense. */
export function loopFaultOf(given: LoopCase): Fault | null {
  try {
    if (!isSmooth(given)) return null;
  } catch {
    return null;
  }
  try {
    checkLoops(given);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    return new Fault(`crashes with ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The smallest case found that shows the same kind of fault. */
export function shrinkLoops(given: LoopCase): LoopCase {
  const kind = loopFaultOf(given)?.kind;
  let current = given;
  for (let smaller: LoopCase | undefined = current; smaller !== undefined;) {
    current = smaller;
    smaller = undefined;
    for (const program of smallerLoops(current.program)) {
      const candidate = { ...current, program };
      if (loopFaultOf(candidate)?.kind !== kind) continue;
      smaller = candidate;
      break;
    }
  }
  return current;
}

export function describeLoops({ program, x, w }: LoopCase): string {
  return `${writeLoops(program, true)}at x = [${x.join(", ")}], w = ${w}\n`;
}
