import type { Dim } from "../../ir/dim.js";
import type { Node } from "../../ir/node.js";
import type { Buffer, Local, Program, Scalar, Statement } from "../../schedule/program.js";
import { bodiesOf, branchesToChoices, visitScalars } from "../../schedule/tidy.js";
import { announced, Lines, phaseOf, stepsOf } from "../typescript/comments.js";
import { toIdentifier } from "../typescript/names.js";
import { findEnds, type ProductEnd } from "./ends.js";
import type { HostCall, ModuleWriter } from "./moduleWriter.js";
import { nativeKernel } from "./nativeKernels.js";
import { checkCall } from "./statements.js";
import { StageWriter, type StageParameter } from "./stageWriter.js";

/** What the driver does, a line each. */
export interface Step {
  readonly phase: "forward" | "backward";
  /** The author's lines it works for: `(3) h = relu(x @ W1 + b1)`. */
  readonly quotes: readonly string[];
  readonly does:
    | {
        readonly kind: "stage";
        readonly name: string;
        readonly parameters: readonly StageParameter[];
        /** It says whether the tapes were long enough. */
        readonly fillsTapes: boolean;
      }
    | { readonly kind: "call"; readonly call: HostCall }
    /** A number from the caller that must be an index. */
    | { readonly kind: "check"; readonly of: Node; readonly value: Scalar; readonly size: Dim };
}

/** A program as steps of a driver and functions of a module. */
export interface StagedProgram {
  readonly program: Program;
  readonly steps: readonly Step[];
  /** Variables that outlive their stage, each with its place in memory, in bytes from 0. */
  readonly cells: ReadonlyMap<Local, number>;
  /** Calls back into the host from inside stages. */
  readonly calls: readonly {
    readonly name: string;
    readonly call: HostCall;
    readonly passes: boolean;
  }[];
  /** Bytes that kernels work in. */
  readonly scratch: number;
  /** Tapes, each with the place in memory of the number of entries it has, behind the variables. */
  readonly tapes: ReadonlyMap<Buffer, number>;
}

interface Group {
  readonly phase: "forward" | "backward";
  readonly quotes: readonly string[];
  readonly statements: Statement[];
  /** False for what the driver does itself. */
  readonly isStage: boolean;
}

/** @param fuses whether elementwise loops right after a product become part of it */
export function stageProgram(
  program: Program,
  prefix: string,
  module: ModuleWriter,
  fuses: boolean,
): StagedProgram {
  const inputs = new Set(
    program.inputPlaces.flatMap((place) => (place.kind === "local" ? [place] : [])),
  );
  const body = branchesToChoices(program.body, () => true);
  const ends = fuses ? findEnds(body, program.arena) : new Map<Statement, ProductEnd>();
  const groups = groupsOf(body, inputs, ends);
  const cells = cellsOf(program, groups, inputs);
  const tapes = new Map(tapesOf(program).map((tape, i) => [tape, 8 * (cells.size + i)]));
  const calls: { name: string; call: HostCall; passes: boolean }[] = [];
  let scratch = 0;
  let stages = 0;
  const steps = groups.map(({ phase, quotes, statements, isStage }): Step => {
    const [first] = statements;
    if (!isStage && first !== undefined) return { phase, quotes, does: doneByDriver(first) };
    const name = toIdentifier(`${prefix}${++stages}`);
    const writer = new StageWriter({
      name,
      module,
      inputs,
      cells,
      tapes,
      ends,
      hostCall: (call, passes) => {
        const own = `${toIdentifier(prefix)}Call${calls.length + 1}`;
        calls.push({ name: own, call, passes });
        return module.call(own, passes);
      },
      scratch: (bytes) => {
        scratch = Math.max(scratch, bytes);
      },
    });
    module.add(writer.write(statements));
    const { parameters, fillsTapes } = writer;
    return { phase, quotes, does: { kind: "stage", name, parameters, fillsTapes } };
  });
  return { program, steps, cells, calls, scratch, tapes };
}

function doneByDriver(statement: Statement): Step["does"] {
  if (statement.kind === "kernel")
    return {
      kind: "call",
      call: { callee: statement.callee, arguments: statement.arguments },
    };
  if (statement.kind !== "checkIndices") throw new Error(`${statement.kind} is a stage`);
  const { of, value, size } = statement;
  if (value.kind !== "buffer") return { kind: "check", of, value, size };
  return { kind: "call", call: checkCall(statement) };
}

/** Runtime functions over whole arrays, and checks of them, are called by the driver where it can. */
function isDriver(statement: Statement, inputs: ReadonlySet<Local>): boolean {
  if (statement.kind === "kernel") return nativeKernel(statement) === null;
  if (statement.kind !== "checkIndices") return false;
  const { value } = statement;
  return value.kind === "buffer" || (value.kind === "local" && inputs.has(value));
}

/** Statements in a row that work for the same lines are one stage. */
function groupsOf(
  statements: readonly Statement[],
  inputs: ReadonlySet<Local>,
  ends: ReadonlyMap<Statement, ProductEnd>,
): readonly Group[] {
  const lines = new Lines();
  const groups: Group[] = [];
  statements.forEach((statement, i) => {
    const told = announced(statements, i);
    const phase = phaseOf(told);
    // Checks before all else belong to no line in particular.
    const isEarly = statement.kind === "checkIndices" && groups.every((group) => !group.isStage);
    const end = ends.get(statement);
    const quotes = isEarly ? [] : quotesOf(end ? [told, end.nest] : [told], phase, lines);
    const isStage = !isDriver(statement, inputs);
    const last = groups.at(-1);
    const before = statements[i - 1];
    const isEnd = before !== undefined && ends.get(before)?.nest === statement;
    const joins =
      last?.isStage === true &&
      isStage &&
      (isEnd ||
        (last.phase === phase &&
          (quotes.length === 0 || quotes.join("\n") === last.quotes.join("\n"))));
    if (joins) last.statements.push(statement);
    else groups.push({ phase, quotes, statements: [statement], isStage });
  });
  return groups;
}

function quotesOf(
  statements: readonly Statement[],
  phase: "forward" | "backward",
  lines: Lines,
): readonly string[] {
  const steps = statements.flatMap(stepsOf).filter((step) => step.line.text !== "");
  if (phase === "forward")
    for (const { line } of steps) if (!lines.has(line)) lines.add([line], line.text);
  const numbered = steps.flatMap((step) => {
    const number = lines.numberOf(step);
    return number === undefined ? [] : [{ number, quote: lines.quote(step) ?? "" }];
  });
  const sorted = numbered.toSorted((p, q) =>
    phase === "forward" ? p.number - q.number : q.number - p.number,
  );
  return [...new Set(sorted.map(({ quote }) => quote))];
}

/** Variables that more than one stage touches, or the results hold, get eight bytes each. */
function cellsOf(
  program: Program,
  groups: readonly Group[],
  inputs: ReadonlySet<Local>,
): ReadonlyMap<Local, number> {
  const touchedBy = new Map<Local, Set<Group | Program>>();
  const touch = (local: Local, by: Group | Program) => {
    if (inputs.has(local)) return;
    const known = touchedBy.get(local);
    if (known === undefined) touchedBy.set(local, new Set([by]));
    else known.add(by);
  };
  for (const group of groups)
    for (const statement of group.statements)
      for (const local of localsIn(statement)) touch(local, group);
  for (const { value } of program.outputs)
    if (value.kind !== "buffer") for (const local of localsOf(value)) touch(local, program);
  const shared = [...touchedBy].filter(([, by]) => by.size > 1 || by.has(program));
  return new Map(shared.map(([local], i) => [local, 8 * i]));
}

export function tapesOf({ buffers }: Program): readonly Buffer[] {
  return buffers.filter(({ role }) => role === "tape");
}

function localsOf(value: Scalar): readonly Local[] {
  return localsIn({ kind: "if", condition: value, then: [], otherwise: [] });
}

function localsIn(statement: Statement): readonly Local[] {
  const found: Local[] = [];
  visitScalars(statement, (value) => value.kind === "local" && found.push(value));
  if (statement.kind === "define" || statement.kind === "update") found.push(statement.local);
  return [...found, ...bodiesOf(statement).flatMap((body) => body.flatMap(localsIn))];
}
