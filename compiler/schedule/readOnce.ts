import { withOrigin, type Node, type Origin } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { input } from "../ops/leaf.js";
import { effectsOf } from "./effects.js";
import { isLoop } from "./element.js";
import { Letters } from "./letters.js";
import { choosesAmong } from "./neighbours.js";
import { resolve, type Local, type Loop, type Scalar, type Statement } from "./program.js";
import { mapScalars } from "./replaced.js";
import { visitScalars } from "./tidy.js";

type Load = Extract<Scalar, { kind: "load" }>;
type Plain = Extract<Statement, { kind: "define" | "update" | "store" }>;

/**
 * What a loop over elements reads again after it has called or stored
 * something it reads once, first of all: for all an engine knows memory has
 * changed in between.
 */
export function readOnce(statements: readonly Statement[]): readonly Statement[] {
  return new Reader().inside(statements, []);
}

class Reader {
  readonly #letters = new Letters();

  inside(body: readonly Statement[], around: readonly string[]): readonly Statement[] {
    return body.map((statement) => {
      if (statement.kind === "if") {
        const { otherwise, then } = statement;
        return {
          ...statement,
          then: this.inside(then, around),
          otherwise: this.inside(otherwise, around),
        };
      }
      if (statement.kind === "repeat") {
        const name = statement.range?.index.node.name;
        const inner = name === undefined ? around : [...around, name];
        return { ...statement, body: this.inside(statement.body, inner) };
      }
      if (statement.kind !== "loop") return statement;
      const letter = this.#letters.choose(statement.loop, around);
      const inner = this.inside(statement.body, [...around, letter]);
      return { ...statement, body: this.#readFirst(statement.loop, inner) };
    });
  }

  #readFirst(loop: Loop, body: readonly Statement[]): readonly Statement[] {
    const plain = body.filter(isPlain);
    // In a loop around others, what is read by the inner ones is read there.
    if (plain.length < body.length) return body;
    const { writes } = effectsOf(body);
    const readings = new Map<string, Reading>();
    let changes = 0;
    for (const statement of plain) {
      visitUnconditional(statement.value, (load) => {
        if (writes.has(load.buffer) || !isFloat(load.buffer.dtype) || !moves(load, loop)) return;
        const key = keyOf(load);
        const known = readings.get(key);
        const { origin } = statement;
        if (known === undefined) readings.set(key, { load, origin, at: changes, isAgain: false });
        else if (known.at < changes) known.isAgain = true;
      });
      if (statement.kind === "store" || calls(statement)) changes++;
    }
    const defines: Statement[] = [];
    const locals = new Map<string, Local>();
    for (const [key, { isAgain, load, origin }] of readings) {
      if (!isAgain) continue;
      const local = this.#localFor(load, origin);
      locals.set(key, local);
      defines.push({ kind: "define", local, value: load, mutable: false, origin });
    }
    if (defines.length === 0) return body;
    const instead = (value: Scalar) =>
      value.kind === "load" ? (locals.get(keyOf(value)) ?? null) : null;
    return [...defines, ...body.map((statement) => mapScalars(statement, instead))];
  }

  #localFor({ buffer, index }: Load, origin: Origin): Local {
    const { dtype } = buffer;
    const name = this.#letters.elementName(buffer, index);
    const made = withOrigin(origin, () => input(name, { dtype, shape: [] }));
    const node: Node = { ...made, derivedName: true };
    return { kind: "local", node, dtype };
  }
}

/** An element, where it is read first, and whether it is read again after a change. */
interface Reading {
  readonly load: Load;
  readonly origin: Origin;
  /** Calls and stores before the first time. */
  readonly at: number;
  isAgain: boolean;
}

function isPlain(statement: Statement): statement is Plain {
  return statement.kind === "define" || statement.kind === "update" || statement.kind === "store";
}

/** Functions that engines have instructions for. */
const instructions = new Set(
  ["abs", "ceil", "floor", "max", "min", "sign", "sqrt", "trunc"].map((name) => `Math.${name}`),
);

function calls(statement: Statement): boolean {
  let found = false;
  visitScalars(statement, (value) => {
    if (value.kind !== "apply" || value.node.op.lowering.kind !== "scalar") return;
    const { code } = value.node.op.lowering;
    found ||= code.kind === "runtime" || (code.kind === "call" && !instructions.has(code.callee));
  });
  return found;
}

/** Visits what is read whatever the outcome of choices. */
function visitUnconditional(value: Scalar, visit: (load: Load) => void): void {
  if (value.kind === "load") visit(value);
  else if (value.kind === "total")
    value.terms.forEach((term) => visitUnconditional(term.value, visit));
  else if (value.kind === "apply") {
    const certain = choosesAmong(value) ? value.arguments.slice(0, 1) : value.arguments;
    certain.forEach((part) => visitUnconditional(part, visit));
  }
}

/** Whether an element is another one in each iteration, and its position worked out from loops alone. */
function moves({ index }: Load, loop: Loop): boolean {
  const isOwn = index.some(
    ({ variable }) => isLoop(variable) && resolve(variable) === resolve(loop),
  );
  return isOwn && index.every(({ variable }) => variable === null || isLoop(variable));
}

const numbers = new WeakMap<object, number>();
let count = 0;

/** The same for loads of the same element. */
function keyOf({ buffer, index, shape }: Load): string {
  const positions = index.map(({ offset, stride, variable }) =>
    [isLoop(variable) ? numberOf(resolve(variable)) : variable?.kind, stride, offset].join(),
  );
  return [numberOf(buffer), shape.join(), ...positions].join(";");
}

function numberOf(thing: object): number {
  const known = numbers.get(thing);
  if (known !== undefined) return known;
  numbers.set(thing, ++count);
  return count;
}
