import type { Span } from "../diagnostic.js";
import type { Node } from "../ir/node.js";
import type { Statement } from "../syntax/tree.js";
import { contentOf } from "./arrays.js";
import { readCondition } from "./branches.js";
import type { Context, Placed } from "./context.js";
import { NEXT, unknownFlow, type Flow } from "./flow.js";
import { elementOfNode } from "./elements.js";
import { elementAt } from "./indexing.js";
import { namesIn, readsInside } from "./loopEffects.js";
import { rangeOf, readHead, wholeSize, type Head } from "./loopHead.js";
import { breaks, LEFT, none, returns, SKIPPED, withoutJumps } from "./loopJumps.js";
import {
  assignedVariables,
  declareFlag,
  keep,
  type ExecuteBlock,
  type KeptFlow,
  type Running,
} from "./loopKeep.js";
import type { Range } from "./loopSettle.js";
import { MAX_UNROLLED, SHORT, unroll, type Turns } from "./loopUnroll.js";
import { bindPattern } from "./patterns.js";
import type { Scope, Variable } from "./scopes.js";
import { describe, nodeValue, POISON, type Value } from "./values.js";

export type AnyLoop = Extract<Statement, { kind: "for" | "forOf" | "while" | "doWhile" }>;
type Of<K extends AnyLoop["kind"]> = Extract<AnyLoop, { kind: K }>;

/** Runs a loop: a short one is unrolled, any other stays a loop. */
export function executeLoop(
  context: Context,
  loop: AnyLoop,
  scope: Scope,
  execute: ExecuteBlock,
): Flow {
  const running = { context, execute, scope: scope.inner(), span: loop.span };
  switch (loop.kind) {
    case "for":
      return executeFor(running, loop);
    case "forOf":
      return executeForOf(running, loop);
    case "while":
      return executeWhile(running, loop);
    case "doWhile":
      return executeDo(running, loop);
  }
}

/** `count` iterations if that is known at build time, Infinity if it is known not to be, 0 if it may be. */
function choose(running: Running, count: number, turns: () => Turns, stay: () => Flow): Flow {
  const { context } = running;
  if (count <= SHORT) {
    const short = unroll(context, turns, { limit: SHORT, keepsInner: false });
    if (short.result !== undefined) return context.accept({ ...short, result: short.result });
  }
  const kept = context.attempt(stay);
  if (kept.failed && count <= MAX_UNROLLED) {
    // What the body needs at build time, such as an axis, may follow from the index.
    const long = unroll(context, turns, { limit: MAX_UNROLLED, keepsInner: true });
    if (long.result !== undefined && !long.failed)
      return context.accept({ ...long, result: long.result });
  }
  if (context.loops !== undefined) context.loops.kept += 1;
  return context.accept(kept);
}

function executeFor(running: Running, loop: Of<"for">): Flow {
  const { context, execute, scope } = running;
  const { line } = context;
  execute(context, loop.init, scope);
  // What the loop itself computes belongs to its head.
  context.line = line;
  const head = readHead(loop);
  const range = head && rangeOf(context, head, scope);
  const turns = () => turnsOfFor(running, loop);
  const general = () => keepGeneral(running, loop);
  if (head === undefined || range === undefined) return choose(running, 0, turns, general);
  const count = typeof range.count === "number" ? range.count : Infinity;
  return choose(running, count, turns, () => {
    const counted = context.attempt(() => keepCounted(running, loop, head, range));
    return isInvariant(head, scope, counted.result.changed)
      ? context.accept(counted).flow
      : general();
  });
}

/** Whether the bound of an index stays what it is, when these variables change. */
function isInvariant({ bound }: Head, scope: Scope, changed: ReadonlySet<Variable>): boolean {
  if (readsInside(bound) && changed.size > 0) return false;
  const read = [...namesIn(bound)].map((name) => scope.find(name));
  return !read.some((variable) => variable !== undefined && changed.has(variable));
}

function* turnsOfFor(running: Running, loop: Of<"for">): Turns {
  const { context, execute, scope } = running;
  const own = loop.update.every(
    (one) => one.kind === "assign" && one.target.kind === "name" && scope.own(one.target.name),
  );
  const body = unrolledBody(running, loop.body);
  for (;;) {
    const holds =
      loop.condition === undefined
        ? true
        : readCondition(context, context.placed(loop.condition, scope));
    if (holds === false || body.hasLeft() === true) return;
    yield holds === true && (own || body.hasLeft() === false) ? body.run : undefined;
    // What only the head knows may go on after a `break`.
    execute(context, loop.update, scope);
  }
}

/** A body to be run several times, whose `break` and `continue` are flags. */
function unrolledBody({ context, execute, scope, span }: Running, body: readonly Statement[]) {
  const left = declareFlag(context, scope, LEFT, span);
  const guarded: Statement = {
    kind: "if",
    condition: none([LEFT], span),
    then: withoutJumps(body),
    otherwise: [],
    span,
  };
  return {
    run: (prepare?: (inner: Scope) => void): Flow => {
      const inner = scope.inner();
      declareFlag(context, inner, SKIPPED, span);
      prepare?.(inner);
      return execute(context, breaks(body) ? [guarded] : withoutJumps(body), inner.inner());
    },
    hasLeft: () => knownTruth(context.store.get(left)),
  };
}

function executeForOf(running: Running, loop: Of<"forOf">): Flow {
  const { context, scope } = running;
  const given = context.placed(loop.iterable, scope);
  const { value, span } = { ...given, value: shallow(context, given.value) };
  if (value.kind === "poison") return poisonAssigned(context, loop, scope);
  const elements = elementsOf(context, given);
  const turns = () => turnsOfForOf(running, loop, elements ?? []);
  if (value.kind === "tuple") {
    const all = unroll(context, turns, { limit: MAX_UNROLLED, keepsInner: true });
    if (all.result !== undefined) return context.accept({ ...all, result: all.result });
    refuseLength(context, span);
    return poisonAssigned(context, loop, scope);
  }
  const [first] = value.kind === "node" ? value.node.type.shape : [];
  if (value.kind !== "node" || first === undefined) {
    context.error("FG215", `${describe(value)} has no elements to go through`, span, {
      accepted: "a list or a tensor",
    });
    return poisonAssigned(context, loop, scope);
  }
  const range = { start: wholeSize(0), stop: wholeSize(first), step: 1, count: first };
  return choose(running, typeof first === "number" ? first : Infinity, turns, () => {
    const begin = (index: Node, inner: Scope) => {
      const freshAfter = context.lastId;
      // An array is read as it is when the turn comes.
      const current = { value: shallow(context, given.value), span };
      const element = elementOfNode(context, current, [index], span);
      const declaring = { scope: inner, mutable: true, what: "variable" as const, freshAfter };
      bindPattern(context, loop.pattern, { value: element, span }, declaring);
    };
    return keep(running, { body: loop.body, range, index: "index", begin }).flow;
  });
}

/** What a loop that is unrolled goes through: each element is made when its turn comes. */
function elementsOf(context: Context, iterable: Placed): readonly (() => Value)[] | undefined {
  const { span } = iterable;
  const value = shallow(context, iterable.value);
  if (value.kind === "tuple") return value.elements.map((one) => () => one);
  const [first] = value.kind === "node" ? value.node.type.shape : [];
  if (typeof first !== "number" || first > MAX_UNROLLED) return undefined;
  const current = () => ({ value: shallow(context, iterable.value), span });
  return Array.from({ length: first }, (_, i) => () => elementAt(context, current(), i, span));
}

/** What is in an array now; the elements of a list stay what they are. */
function shallow(context: Context, value: Value): Value {
  return value.kind === "array" ? contentOf(context, value) : value;
}

function* turnsOfForOf(
  running: Running,
  loop: Of<"forOf">,
  elements: readonly (() => Value)[],
): Turns {
  const { context } = running;
  const body = unrolledBody(running, loop.body);
  for (const element of elements) {
    if (body.hasLeft() === true) return;
    const freshAfter = context.lastId;
    const placed = { value: element(), span: loop.iterable.span };
    yield () =>
      body.run((scope) => {
        const declaring = { scope, mutable: true, what: "variable" as const, freshAfter };
        bindPattern(context, loop.pattern, placed, declaring);
      });
  }
}

function executeWhile(running: Running, loop: Of<"while">): Flow {
  const turns = () => turnsOfWhile(running, loop, false);
  return choose(running, 0, turns, () => {
    const { body, condition } = loop;
    return keep(running, { body, condition, range: null, index: "iteration" }).flow;
  });
}

function executeDo(running: Running, loop: Of<"doWhile">): Flow {
  const turns = () => turnsOfWhile(running, loop, true);
  return choose(running, 0, turns, () => {
    const { body, condition } = loop;
    return keep(running, { body, again: condition, range: null, index: "iteration" }).flow;
  });
}

function* turnsOfWhile(
  running: Running,
  { body: statements, condition }: Of<"while" | "doWhile">,
  isChecked: boolean,
): Turns {
  const { context, scope } = running;
  const body = unrolledBody(running, statements);
  for (let isFirst = true; ; isFirst = false) {
    if (body.hasLeft() === true) return;
    const holds =
      isFirst && isChecked ? true : readCondition(context, context.placed(condition, scope));
    if (holds === false) return;
    yield holds === true && body.hasLeft() === false ? body.run : undefined;
  }
}

function keepGeneral(running: Running, { body, update, condition }: Of<"for">): Flow {
  return keep(running, { body, update, condition, range: null, index: "iteration" }).flow;
}

function keepCounted(running: Running, { body }: Of<"for">, head: Head, range: Range): KeptFlow {
  const begin = (index: Node, inner: Scope) => {
    const variable = { name: head.name, mutable: true, span: head.span };
    inner.declare(variable);
    running.context.store.set(variable, nodeValue(index));
  };
  return keep(running, { body, range, index: head.name, begin });
}

function knownTruth(value: Value | undefined): boolean | undefined {
  return value?.kind === "boolean" ? value.value : undefined;
}

function refuseLength(context: Context, span: Span): void {
  context.error("FG207", "this list is too long to be gone through", span, {
    accepted: `at most ${MAX_UNROLLED} elements, counted over nested loops`,
    hint: "make one tensor of the elements: stack([a, b])",
  });
}

/** After a refused loop, whatever it assigns is unknown. */
function poisonAssigned(context: Context, loop: AnyLoop, scope: Scope): Flow {
  for (const variable of assignedVariables(scope, [loop], [])) context.store.set(variable, POISON);
  return returns([loop]) ? unknownFlow(context) : NEXT;
}
