import { evaluateModule } from "../../compiler/evaluateModule.js";
import { CompileError } from "../../compiler/diagnostic.js";
import { compile, type Source } from "../../compiler/pipeline.js";
import { Fault } from "./checkProgram.js";
import { Draw } from "./draw.js";
import { plainFunction } from "./plainFunction.js";
import {
  randomSource,
  writeProgram,
  type Expression,
  type Line,
  type SourceProgram,
} from "./randomSource.js";
import { roughness, slopeOf, stencil } from "./sampler.js";

/** A program of numbers in one of the two languages, and a point where it is smooth. */
export interface SourceCase {
  readonly program: SourceProgram;
  readonly language: "typescript" | "math";
  readonly point: readonly number[];
}

/** A random case; null where no point was found at which the program is smooth. */
export function randomCase(seed: number, language: SourceCase["language"]): SourceCase | null {
  const program = randomSource(seed, language === "math");
  const draw = new Draw(seed);
  const count = program.functions.at(-1)?.parameters.length ?? 0;
  for (let tries = 0; tries < 20; tries++) {
    const point = Array.from({ length: count }, () => draw.number());
    if (isSmooth(program, point)) return { program, language, point };
  }
  return null;
}

type NumberFunction = (...values: readonly number[]) => number;

/** The program as plain JavaScript: what it means, without this compiler. */
function plain(program: SourceProgram): NumberFunction {
  return plainFunction(writeProgram(program, "javascript"), "f") as NumberFunction;
}

const velocity = (point: readonly number[], i: number) => point.map((_, j) => Number(i === j));

function samples(f: NumberFunction, point: readonly number[], direction: readonly number[]) {
  return stencil.map((h) => f(...point.map((x, i) => x + h * (direction[i] ?? 0))));
}

/** Of ordinary size, and without a kink near by along any axis. */
function isSmooth(program: SourceProgram, point: readonly number[]): boolean {
  const f = plain(program);
  const scale = Math.max(1, Math.abs(f(...point)));
  return point.every((_, i) => {
    const around = samples(f, point, velocity(point, i));
    return scale < 1e3 && roughness(around) < 2e-8 * scale;
  });
}

/** The program compiled at both levels gives the value of plain JavaScript, and the slopes of differences. @throws Fault */
export function checkSource({ program, language, point }: SourceCase): void {
  const f = plain(program);
  const text = writeProgram(program, language);
  const source: Source =
    language === "math" ? { math: text } : { entry: "model.ts", files: { "model.ts": text } };
  const value = f(...point);
  const slopes = point.map((_, i) => slopeOf(samples(f, point, velocity(point, i))));
  const parameters = program.functions.at(-1)?.parameters ?? [];
  for (const level of [0, 2] as const) {
    const module = evaluateModule(compiled(source, level));
    const results = [module.get("f")?.(...point), module.get("fGrad")?.(...point)];
    const gradient = results[1] as Readonly<Record<string, number>>;
    for (const own of [Number(results[0]), gradient["value"] ?? NaN]) {
      if (!(Math.abs(own - value) <= 1e-11 * Math.max(1, Math.abs(value))))
        throw new Fault(`-O${level} gives another value`, `${own} instead of ${value}`);
    }
    const scale = Math.max(1, Math.abs(value), ...slopes.map(Math.abs));
    parameters.forEach((name, i) => {
      const [own, numerical] = [gradient[`d${name}`] ?? NaN, slopes[i] ?? NaN];
      if (!(Math.abs(own - numerical) <= 1e-5 * scale))
        throw new Fault(`-O${level} gives another slope`, `d${name} is ${own}, not ${numerical}`);
    });
  }
}

function compiled(source: Source, level: 0 | 2): string {
  try {
    return compile(source, { level, target: "js", functions: ["f"], verify: level === 2 }).code;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const codes = error.diagnostics.map(({ code }) => code);
    throw new Fault(`refused with ${codes.join(", ")}`, error.message);
  }
}

/** The kind of fault a case shows, if any; null also where the case itself makes no sense. */
export function sourceFaultOf(given: SourceCase): Fault | null {
  try {
    if (!isSmooth(given.program, given.point)) return null;
  } catch {
    return null;
  }
  try {
    checkSource(given);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    return new Fault(`crashes with ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The smallest case found that shows the same kind of fault. */
export function shrinkCase(given: SourceCase): SourceCase {
  const kind = sourceFaultOf(given)?.kind;
  let current = given;
  for (let smaller: SourceCase | undefined = current; smaller !== undefined;) {
    current = smaller;
    smaller = undefined;
    for (const program of smallerSources(current.program)) {
      const candidate = { ...current, program };
      if (sourceFaultOf(candidate)?.kind !== kind) continue;
      smaller = candidate;
      break;
    }
  }
  return current;
}

export function describeCase({ program, language, point }: SourceCase): string {
  return `${writeProgram(program, language)}at ${point.join(", ")}`;
}

function* smallerSources({ functions }: SourceProgram): Generator<SourceProgram> {
  for (const [i, f] of functions.entries()) {
    if (i < functions.length - 1) yield { functions: functions.toSpliced(i, 1) };
    for (const body of smallerLines(f.body)) yield { functions: functions.with(i, { ...f, body }) };
  }
}

function* smallerLines(lines: readonly Line[]): Generator<readonly Line[]> {
  for (const [i, line] of lines.entries()) {
    yield lines.toSpliced(i, 1);
    if (line.kind === "value") {
      for (const value of smallerExpressions(line.value)) yield lines.with(i, { ...line, value });
    } else if (line.kind === "for") {
      yield lines.toSpliced(i, 1, ...line.body);
      if (line.count > 1) yield lines.with(i, { ...line, count: line.count - 1 });
      for (const body of smallerLines(line.body)) yield lines.with(i, { ...line, body });
    } else {
      yield lines.toSpliced(i, 1, ...line.then);
      yield lines.toSpliced(i, 1, ...line.otherwise);
      for (const then of smallerLines(line.then)) yield lines.with(i, { ...line, then });
      for (const otherwise of smallerLines(line.otherwise))
        yield lines.with(i, { ...line, otherwise });
      for (const condition of smallerExpressions(line.condition))
        yield lines.with(i, { ...line, condition });
    }
  }
}

/** An operand in place of an operation, and the same inside. */
function* smallerExpressions(expression: Expression): Generator<Expression> {
  const { operands, kind } = expression;
  for (const operand of operands) if (operand.kind === kind) yield enclosed(operand);
  for (const [i, operand] of operands.entries())
    for (const smaller of smallerExpressions(operand))
      yield { ...expression, operands: operands.with(i, enclosed(smaller)) };
}

/** In parentheses, since it may stand where something that binds more tightly stood. */
function enclosed(expression: Expression): Expression {
  if (expression.strength === 9) return expression;
  return {
    ...expression,
    strength: 9,
    write: (operands, language) => `(${expression.write(operands, language)})`,
  };
}
