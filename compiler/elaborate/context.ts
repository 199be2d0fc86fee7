import {
  DiagnosticSink,
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticDetails,
  type Note,
  type Span,
} from "../diagnostic.js";
import { contents } from "./arrays.js";
import { renamed, withOrigin, type Line, type Naming, type Node } from "../ir/node.js";
import type { Expression } from "../syntax/tree.js";
import { factsOf, type Assumption, type Fact } from "./loopBounds.js";
import type { Program } from "./modules.js";
import type { Scope, Store } from "./scopes.js";
import { POISON, type Callable, type Value } from "./values.js";

/** Nodes of all functions after inlining and unrolling. */
const MAX_NODES = 200_000;
/** Expressions and statements evaluated for them: bounds work that makes no nodes. */
const MAX_WORK = 1_000_000;
/** Expressions and statements inside each other, through calls; keeps clear of the stack's end. */
const MAX_DEPTH = 800;

const MAX_CALL_NOTES = 3;

/** Ends the elaboration of a function, the reason being reported. Never leaves the elaborator. */
export class Abandoned extends Error {}

/** An argument or operand: its value and where it is written. */
export interface Placed {
  readonly value: Value;
  readonly span: Span;
  readonly expression?: Expression | undefined;
}

/** A call of a function of the program. */
export interface InlineCall {
  readonly callable: Callable;
  readonly positional: readonly Placed[];
  /** Keyword arguments. */
  readonly named: ReadonlyMap<string, Placed>;
  readonly span: Span;
  /** A statement, for what the function does: it need not return anything. */
  readonly isStatement: boolean;
}

/** The evaluator as the files it is made of see it; injected, since they need each other. */
export interface Evaluator {
  evaluate(context: Context, expression: Expression, scope: Scope): Value;
  /** Calls a function of the program. */
  inline(context: Context, call: InlineCall): Value;
}

/** The call of a function that is being inlined. */
export interface CallInProgress {
  readonly callable: Callable;
  readonly isStatement: boolean;
  readonly span: Span;
}

/** Loops being unrolled: counted from the outermost. */
export interface LoopNest {
  iterations: number;
  /** Loops inside that stay loops. */
  kept: number;
  readonly nodesBefore: number;
}

/** What came of something that may be dropped. */
export interface Attempt<T> {
  readonly result: T;
  readonly store: Store;
  readonly guards: readonly Assumption[];
  readonly frozen: ReadonlyMap<object, Span>;
  readonly diagnostics: readonly Diagnostic[];
  readonly failed: boolean;
}

/** What the elaboration of all functions of a program has used up. */
export class Budget {
  nodes = 0;
  work = 0;

  get isSpent(): boolean {
    return this.nodes > MAX_NODES || this.work > MAX_WORK;
  }
}

/** What the elaboration of one function carries along. */
export class Context {
  readonly program: Program;
  sink: DiagnosticSink;
  readonly precision: "f64" | undefined;
  readonly calls: CallInProgress[] = [];
  /** Where inputs were declared, for notes. */
  readonly inputSpans = new Map<Node, Span>();
  readonly constants = new Map<object, Value | "evaluating">();
  store: Store = new Map();
  /** How many variables there were before the function that is being called: the first ones of the store. */
  outerVariables = 0;
  line: Line = { text: "" };
  loops: LoopNest | undefined;
  /** Whether this is the body of a loop that stays one. */
  isInLoop = false;
  /** What is known of whole numbers at this point. */
  facts: readonly Fact[] = [];
  /** The conditions under which the program comes to this point. */
  guards: readonly Assumption[] = [];
  /** Arrays that must not be written any more, and where that began. */
  frozen: ReadonlyMap<object, Span> = new Map();
  /** The call that is a statement of its own. */
  statement: Expression | undefined;
  /** How many reads were made that may be out of range. */
  unproven = 0;
  /** Floats that are known to be whole numbers. */
  readonly whole = new Set<Node>();
  /** Nodes made so far. */
  nodes = 0;
  /** The id of the node made last. */
  lastId = -1;
  readonly #evaluator: Evaluator;
  readonly #budget: Budget;
  #depth = 0;

  constructor(
    program: Program,
    evaluator: Evaluator,
    sink: DiagnosticSink,
    budget: Budget,
    precision: "f64" | undefined,
  ) {
    this.program = program;
    this.#evaluator = evaluator;
    this.sink = sink;
    this.#budget = budget;
    this.precision = precision;
  }

  /** Reports an error and gives the value that silences what follows from it. */
  error(code: DiagnosticCode, message: string, span: Span, details: DiagnosticDetails = {}): Value {
    const notes = [...(details.notes ?? []), ...this.#callNotes()];
    this.sink.error(code, message, span, { ...details, notes });
    return POISON;
  }

  /** How the function that is being inlined was reached, innermost call first. */
  #callNotes(): Note[] {
    return this.calls
      .slice(1)
      .toReversed()
      .slice(0, MAX_CALL_NOTES)
      .map(({ callable, span }) => ({
        message: `\`${callable.name}\` is called here`,
        span,
      }));
  }

  evaluate(expression: Expression, scope: Scope): Value {
    this.#enter(expression.span);
    const value = this.#evaluator.evaluate(this, expression, scope);
    this.#depth -= 1;
    return value;
  }

  placed(expression: Expression, scope: Scope): Placed {
    const value = this.evaluate(expression, scope);
    return { value, span: expression.span, expression };
  }

  /** Runs something on a copy of the store, keeping its diagnostics apart, so that it can be dropped. */
  attempt<T>(run: () => T): Attempt<T> {
    const { store, sink, loops, isInLoop, facts, guards, frozen, line } = this;
    const own = new DiagnosticSink();
    this.store = new Map(store);
    this.sink = own;
    try {
      const result = run();
      const { diagnostics, hasErrors } = own;
      const after = { store: this.store, guards: this.guards, frozen: this.frozen };
      return { result, ...after, diagnostics, failed: hasErrors };
    } catch (failure) {
      own.diagnostics.forEach((diagnostic) => sink.add(diagnostic));
      throw failure;
    } finally {
      Object.assign(this, { store, sink, loops, isInLoop, facts, guards, frozen, line });
    }
  }

  /** Takes over what an attempt has done. */
  accept<T>({ result, store, guards, frozen, diagnostics }: Attempt<T>): T {
    Object.assign(this, { store, guards, frozen });
    diagnostics.forEach((diagnostic) => this.sink.add(diagnostic));
    return result;
  }

  /** Calls a function of the program for its value: what is in an array that it returns. */
  call(
    callable: Callable,
    positional: readonly Placed[],
    named: ReadonlyMap<string, Placed>,
    span: Span,
  ): Value {
    return contents(this, this.inline(callable, positional, named, span));
  }

  /** Calls a function of the program, which may return an array that lives on. */
  inline(
    callable: Callable,
    positional: readonly Placed[],
    named: ReadonlyMap<string, Placed>,
    span: Span,
    isStatement = false,
  ): Value {
    return this.#evaluator.inline(this, { callable, positional, named, span, isStatement });
  }

  /** Runs something that the program only comes to under a condition. */
  under<T>(guard: Assumption, run: () => T): T {
    const { guards } = this;
    this.guards = [...guards, guard];
    const result = run();
    this.guards = guards;
    return result;
  }

  /** All that is known of whole numbers here, under these conditions. */
  knownFacts(guards = this.guards): readonly Fact[] {
    return [...this.facts, ...guards.flatMap(factsOf)];
  }

  /** Runs something one level further down. */
  nested<T>(span: Span, run: () => T): T {
    this.#enter(span);
    const result = run();
    this.#depth -= 1;
    return result;
  }

  #enter(span: Span): void {
    this.work(span);
    this.#depth += 1;
    if (this.#depth <= MAX_DEPTH) return;
    this.error("FG104", "calls and expressions nest too deeply here", span, {
      accepted: `at most ${MAX_DEPTH} levels, counted through all calls`,
      hint: "give the inner parts names, in statements of their own",
    });
    throw new Abandoned();
  }

  /** Counts a piece of work. */
  work(span: Span): void {
    this.#budget.work += 1;
    if (this.#budget.isSpent) this.#tooLarge(span);
  }

  /** Makes nodes as one operation of the author's, written at `span`. */
  build(span: Span, make: () => Node): Node {
    this.nodes += 1;
    this.#budget.nodes += 1;
    if (this.#budget.isSpent) this.#tooLarge(span);
    const step = { line: this.line, span };
    const node = withOrigin({ step, phase: "forward" }, make);
    this.lastId = Math.max(this.lastId, node.id);
    return node;
  }

  /** Makes anything as one operation of the author's, written at `span`. */
  within<T>(span: Span, make: () => T): T {
    return withOrigin({ step: { line: this.line, span }, phase: "forward" }, make);
  }

  /** The node under the author's name for it. */
  rename(node: Node, naming: Naming | string): Node {
    const copy = renamed(node, naming);
    this.lastId = copy.id;
    return copy;
  }

  #tooLarge(span: Span): never {
    this.error(
      "FG207",
      "the program is too large once calls are inlined and loops unrolled",
      span,
      {
        accepted: `at most ${MAX_NODES} operations`,
        hint: "use operations over whole tensors, such as `sum` or `matmul`, in place of one statement for each element",
      },
    );
    throw new Abandoned();
  }
}
