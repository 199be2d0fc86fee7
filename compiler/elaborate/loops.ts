import type { Span } from "../diagnostic.js";
import type { Statement } from "../syntax/tree.js";
import { readCondition } from "./branches.js";
import type { Context, Placed } from "./context.js";
import { NEXT, sequence, type Flow } from "./flow.js";
import { elementAt } from "./indexing.js";
import { bindPattern } from "./patterns.js";
import type { Scope } from "./scopes.js";
import { describe, POISON, type Value } from "./values.js";

type Loop = Extract<Statement, { kind: "for" | "forOf" }>;
type AnyLoop = Extract<Statement, { kind: "for" | "forOf" | "while" | "doWhile" }>;

/** How a loop runs its body; given, since statements and loops contain each other. */
type ExecuteBlock = (context: Context, body: readonly Statement[], scope: Scope) => Flow;

/** Iterations of the innermost body, over all loops of a nest. */
const MAX_ITERATIONS = 64;
const MAX_NODES = 2_000;

const COMING =
  "loops kept as loops are coming; until then use an operation over a whole tensor, such as sum, cumsum or matmul";

/** Unrolls a loop whose bounds are known at build time. */
export function executeLoop(
  context: Context,
  loop: Loop,
  scope: Scope,
  execute: ExecuteBlock,
): Flow {
  const outer = context.loops;
  const nest = outer ?? {
    iterations: 0,
    nodesBefore: context.nodes,
    refused: false,
  };
  context.loops = nest;
  const inner = scope.inner();
  const state = { failed: false };
  const iterations =
    loop.kind === "for"
      ? countedIterations(context, loop, inner, state, execute)
      : elementIterations(context, loop, inner, state, execute);
  const flow = sequence(limited(context, loop.span, iterations, state));
  context.loops = outer;
  return state.failed ? poisonAssigned(context, loop, scope) : flow;
}

interface LoopState {
  failed: boolean;
}

function* countedIterations(
  context: Context,
  loop: Extract<Loop, { kind: "for" }>,
  scope: Scope,
  state: LoopState,
  execute: ExecuteBlock,
): Generator<() => Flow> {
  execute(context, loop.init, scope);
  for (;;) {
    const holds = loopCondition(context, loop, scope);
    if (holds === undefined) state.failed = true;
    if (holds !== true) return;
    yield () => execute(context, loop.body, scope.inner());
    execute(context, loop.update, scope);
  }
}

/** Undefined where the condition is not known at build time, which is reported. */
function loopCondition(
  context: Context,
  { condition, span }: Extract<Loop, { kind: "for" }>,
  scope: Scope,
): boolean | undefined {
  if (condition === undefined) {
    refuseBound(context, "this loop has no condition", span);
    return undefined;
  }
  const holds = readCondition(context, context.placed(condition, scope));
  if (holds === undefined || typeof holds === "boolean") return holds;
  refuseBound(context, "this condition is not known at build time", condition.span);
  return undefined;
}

function refuseBound(context: Context, found: string, span: Span): void {
  context.error("FG206", found, span, {
    accepted: "a loop whose number of iterations follows from numbers in the program",
    hint: COMING,
  });
}

function* elementIterations(
  context: Context,
  loop: Extract<Loop, { kind: "forOf" }>,
  scope: Scope,
  state: LoopState,
  execute: ExecuteBlock,
): Generator<() => Flow> {
  const iterable = context.placed(loop.iterable, scope);
  const elements = elementsOf(context, iterable);
  if (elements === undefined) {
    state.failed = true;
    return;
  }
  for (const element of elements) {
    const body = scope.inner();
    const declaring = {
      scope: body,
      mutable: true,
      what: "variable" as const,
      freshAfter: context.lastId,
    };
    const value = element();
    bindPattern(context, loop.pattern, { value, span: iterable.span }, declaring);
    yield () => execute(context, loop.body, body.inner());
  }
}

/** What `for … of` goes through: each element is made when its turn comes. */
function elementsOf(context: Context, iterable: Placed): readonly (() => Value)[] | undefined {
  const { value, span } = iterable;
  if (value.kind === "poison") return undefined;
  if (value.kind === "tuple") return value.elements.map((one) => () => one);
  const [first] = value.kind === "node" ? value.node.type.shape : [];
  if (typeof first === "number") {
    if (first > MAX_ITERATIONS) {
      refuseLength(context, span);
      return undefined;
    }
    return Array.from({ length: first }, (_, i) => () => elementAt(context, iterable, i, span));
  }
  if (first !== undefined) {
    refuseBound(context, `the size ${first} is not known at build time`, span);
  } else {
    context.error("FG215", `${describe(value)} has no elements to go through`, span, {
      accepted: "a list, or a tensor whose first size is a number",
    });
  }
  return undefined;
}

/** The iterations, ended with an error once the nest becomes too long. */
function* limited(
  context: Context,
  span: Span,
  iterations: Generator<() => Flow>,
  state: LoopState,
): Generator<() => Flow> {
  const nest = context.loops;
  if (nest === undefined) return;
  for (const iteration of iterations) {
    const before = nest.iterations;
    yield iteration;
    // An iteration with a loop inside is counted by that loop.
    if (nest.iterations === before) nest.iterations += 1;
    const nodes = context.nodes - nest.nodesBefore;
    if (nest.iterations <= MAX_ITERATIONS && nodes <= MAX_NODES) continue;
    // The innermost loop is the one reported.
    if (!nest.refused) refuseLength(context, span);
    nest.refused = true;
    state.failed = true;
    return;
  }
}

function refuseLength(context: Context, span: Span): void {
  context.error("FG207", "this loop is too long to be unrolled", span, {
    accepted: `at most ${MAX_ITERATIONS} iterations, counted over nested loops, and ${MAX_NODES} operations`,
    hint: COMING,
  });
}

/** Refuses a loop that cannot be unrolled. */
export function refuseLoop(context: Context, loop: AnyLoop, scope: Scope): Flow {
  const word = loop.kind === "while" ? "while" : "do … while";
  context.error("FG206", `\`${word}\` is not accepted yet`, loop.span, {
    accepted: "`for` loops whose number of iterations follows from numbers in the program",
    hint: COMING,
  });
  return poisonAssigned(context, loop, scope);
}

/** After a refused loop, whatever it assigns is unknown. */
function poisonAssigned(context: Context, loop: AnyLoop, scope: Scope): Flow {
  const effects = { assigned: new Set<string>(), returns: false };
  collectEffects([loop], effects);
  for (const name of effects.assigned) {
    const variable = scope.find(name);
    if (variable !== undefined) context.store.set(variable, POISON);
  }
  return effects.returns ? { kind: "maybe", finish: () => POISON } : NEXT;
}

function collectEffects(
  body: readonly Statement[],
  effects: { readonly assigned: Set<string>; returns: boolean },
): void {
  for (const statement of body) {
    if (statement.kind === "return") effects.returns = true;
    if (statement.kind === "assign" && statement.target.kind === "name")
      effects.assigned.add(statement.target.name);
    for (const inner of bodiesOf(statement)) collectEffects(inner, effects);
  }
}

function bodiesOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case "if":
      return [statement.then, statement.otherwise];
    case "for":
      return [statement.init, statement.body, statement.update];
    case "forOf":
    case "while":
    case "doWhile":
    case "block":
      return [statement.body];
    default:
      return [];
  }
}
