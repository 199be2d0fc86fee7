import type { Line, Step } from "../../ir/node.js";
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

/** All steps a statement and what is inside it work for, in order. */
export function stepsOf(statement: Statement): readonly Step[] {
  const steps = new Set<Step>();
  const visit = (inner: Statement) => {
    if ("origin" in inner) steps.add(inner.origin.step);
    visitScalars(inner, (value) => value.kind === "apply" && steps.add(value.node.origin.step));
    for (const body of bodiesOf(inner)) body.forEach(visit);
  };
  visit(statement);
  return [...steps];
}

/** The phase a statement belongs to: backward if anything in it is. */
export function phaseOf(statement: Statement): "forward" | "backward" {
  if ("origin" in statement) return statement.origin.phase;
  const inner = bodiesOf(statement).flat().map(phaseOf);
  return inner.includes("backward") ? "backward" : "forward";
}
