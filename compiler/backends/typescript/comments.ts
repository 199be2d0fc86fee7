import type { Line, Origin, Step } from "../../ir/node.js";
import { preparesLoop } from "../../schedule/lineOrder.js";
import { visitScalars, bodiesOf } from "../../schedule/tidy.js";
import type { Statement } from "../../schedule/program.js";

/** Numbers the author's lines as the forward pass meets them, so that the backward pass can quote them. */
export class Lines {
  readonly #numbers = new Map<Step | Line, { readonly number: number; readonly text: string }>();
  #count = 0;

  /** Gives the next number to a stage; steps already numbered keep theirs. */
  add(keys: readonly (Step | Line)[], text: string): number {
    const number = ++this.#count;
    for (const key of keys) if (!this.#numbers.has(key)) this.#numbers.set(key, { number, text });
    return number;
  }

  has(key: Step | Line): boolean {
    return this.#numbers.has(key);
  }

  numberOf(step: Step): number | undefined {
    return (this.#numbers.get(step) ?? this.#numbers.get(step.line))?.number;
  }

  /** `(6) den = sigx + xpysqr`. */
  quote(step: Step): string | undefined {
    const found = this.#numbers.get(step) ?? this.#numbers.get(step.line);
    return found === undefined ? undefined : `(${found.number}) ${found.text}`;
  }
}

/** All steps a statement and what is inside it work for, in order; of a loop of the author's its own. */
export function stepsOf(statement: Statement): readonly Step[] {
  const steps = new Set<Step>();
  const visit = (inner: Statement) => {
    if ("origin" in inner) steps.add(inner.origin.step);
    visitScalars(inner, (value) => value.kind === "apply" && steps.add(value.node.origin.step));
    for (const body of bodiesOf(inner)) body.forEach(visit);
  };
  // The lines inside a loop are quoted inside it.
  if (statement.kind === "repeat") return [statement.origin.step];
  visit(statement);
  return [...steps];
}

/** The phase a statement belongs to: backward if anything in it is, but for a loop that begins with forward work. */
export function phaseOf(statement: Statement): "forward" | "backward" {
  if ("origin" in statement) return statement.origin.phase;
  const inner = bodiesOf(statement).flat().map(phaseOf);
  if (statement.kind === "loop") return inner[0] ?? "forward";
  return inner.includes("backward") ? "backward" : "forward";
}

/** The forward work of a loop that does both; of any other statement all. */
function ownPart(statement: Statement): Statement {
  if (statement.kind !== "loop" || phaseOf(statement) === "backward") return statement;
  return { ...statement, body: statement.body.filter((inner) => phaseOf(inner) === "forward") };
}

/** What decides the comments of a function. */
export interface HeadingOptions {
  /** "statement": every forward statement is a stage. "line": every line of the author is. */
  readonly stages: "statement" | "line";
  /** The forward pass alone needs no headings. */
  readonly headings: boolean;
}

/** The comments between statements: which pass and which of the author's lines they belong to. */
export class Headings {
  readonly #options: HeadingOptions;
  readonly #lines = new Lines();
  #last: readonly string[] = [];
  /** What was quoted last inside the loop being printed. */
  #turn: readonly string[] = [];
  #phase: "forward" | "backward" | null = null;
  #isNewPhase = false;
  /** The author's loops around what is printed, outermost first. */
  readonly #open: Origin[] = [];

  constructor(options: HeadingOptions) {
    this.#options = options;
  }

  /** Whether the comments asked for last begin another pass. */
  get isNewPhase(): boolean {
    return this.#isNewPhase;
  }

  /** The comments before a statement, once for statements in a row. */
  before(statement: Statement, depth: number, isInsideLoop: boolean): readonly string[] {
    this.#isNewPhase = false;
    const isCheck = statement.kind === "checkIndices" && this.#phase === null;
    if (!this.#options.headings || statement.kind === "if" || isCheck) return [];
    const phase = phaseOf(statement);
    if (isInsideLoop) return phase === "backward" ? this.#turned(statement) : [];
    this.#turn = [];
    const lines: string[] = [];
    const quotes = this.#quotes(statement, phase);
    if (depth === 1 && phase !== this.#phase) {
      const backward = quotes.length > 0 ? "backward of" : "backward";
      lines.push(phase === "forward" ? "forward" : backward);
      this.#isNewPhase = true;
      this.#phase = phase;
      this.#last = [];
    }
    lines.push(...quotes.filter((quote) => !this.#last.includes(quote)));
    if (quotes.length > 0) this.#last = quotes;
    return lines;
  }

  /** Inside a loop that begins with forward work, what belongs to the backward pass says so. */
  #turned(statement: Statement): readonly string[] {
    if (this.#phase === "backward" || this.#open.length > 0) return [];
    const quotes = this.#quotes(statement, "backward");
    const lines = quotes.filter((quote) => !this.#turn.includes(quote));
    if (quotes.length > 0) this.#turn = quotes;
    return lines.map((quote) => `backward of ${quote}`);
  }

  /** Begins the body of a loop of the author's: what only keeps the loop going is not of another line. */
  enter(loop: Origin): void {
    this.#open.push(loop);
  }

  /** Ends it: what follows under the line of the loop needs no heading. */
  leave(): void {
    const loop = this.#open.pop();
    const quote = loop && this.#lines.quote(loop.step);
    if (quote !== undefined) this.#last = [quote];
  }

  /** In scalar code every forward statement is a numbered stage. */
  stageNumber(statement: Statement, text: string): string {
    if (
      this.#options.stages === "line" ||
      (statement.kind === "define" && statement.mutable) ||
      !this.#options.headings ||
      phaseOf(statement) === "backward"
    )
      return "";
    return ` // (${this.#lines.add(stepsOf(statement), text)})`;
  }

  #quotes(statement: Statement, phase: "forward" | "backward"): readonly string[] {
    const around = new Set(this.#open.map(({ step }) => step.line));
    const steps = stepsOf(ownPart(statement)).filter(
      ({ line }) => line.text !== "" && !around.has(line),
    );
    if (this.#options.stages === "statement") {
      if (phase === "forward" || !("origin" in statement)) return [];
      const quote = this.#lines.quote(statement.origin.step);
      return quote === undefined ? [] : [quote];
    }
    for (const step of steps)
      if (!this.#lines.has(step.line) && phase === "forward")
        this.#lines.add([step.line], step.line.text);
    const numbered = steps.flatMap((step) => {
      const number = this.#lines.numberOf(step);
      return number === undefined ? [] : [{ number, quote: this.#lines.quote(step) ?? "" }];
    });
    const sorted = numbered.toSorted((p, q) =>
      phase === "forward" ? p.number - q.number : q.number - p.number,
    );
    const isFused = phase === "backward" && this.#open.some((loop) => loop.phase === "forward");
    return [...new Set(sorted.map(({ quote }) => (isFused ? `backward of ${quote}` : quote)))];
  }
}

/** The statement whose line is quoted before the i-th: what prepares a loop belongs to the loop. */
export function announced(statements: readonly Statement[], i: number): Statement {
  const own = statements[i];
  if (own === undefined) throw new Error("no statement");
  const loop = loopAfter(statements, i);
  return preparesLoop(own) || preparesReturn(own, loop) ? loop : own;
}

/** True for what the backward work in a loop needs that begins with forward work. */
function preparesReturn(own: Statement, loop: Statement): boolean {
  return loop.kind === "loop" && phaseOf(own) === "backward" && phaseOf(loop) === "forward";
}

/** The loop a preparation belongs to, else the preparation itself. */
function loopAfter(statements: readonly Statement[], i: number): Statement {
  const own = statements[i];
  const isBackward = own !== undefined && phaseOf(own) === "backward";
  const isPassed = (statement: Statement) =>
    preparesLoop(statement) ||
    (isBackward && statement.kind === "define" && phaseOf(statement) === "backward");
  const next = statements.slice(i).find((statement) => !isPassed(statement));
  if (next?.kind === "loop" || next?.kind === "repeat") return next;
  if (own === undefined) throw new Error("no statement");
  return own;
}
