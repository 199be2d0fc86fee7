import { dimAtLeast, dimAdd, dimMul, dimProduct, dimSub, type Dim } from "../../ir/dim.js";
import type { Combine } from "../../ir/op.js";
import { isFloat, type DType, type Shape } from "../../ir/type.js";
import { isLoop } from "../../schedule/element.js";
import {
  resolve,
  type Buffer,
  type Index,
  type Local,
  type Loop,
  type Scalar,
  type Statement,
} from "../../schedule/program.js";
import { visitScalars } from "../../schedule/tidy.js";
import { drawnWhereUsed, drawOf, type Draw } from "./draws.js";
import { dtypeOf } from "./scalar.js";
import type { Float } from "./wat.js";

/** How the rounds of a loop can be worked out several at a time. */
export interface VectorPlan {
  readonly loop: Loop;
  readonly body: readonly VectorStatement[];
  readonly float: Float;
  /** Variables from outside that collect the rounds. */
  readonly reductions: ReadonlyMap<Local, Combine>;
  /** Elementwise operations in the body. */
  readonly operations: number;
  isVarying(value: Scalar): boolean;
  /** What a value draws at random, of one seed for all rounds; else null. */
  drawOf(value: Scalar): Draw | null;
}

export type VectorStatement = Extract<Statement, { kind: "define" | "update" | "store" }>;
type Load = Extract<Scalar, { kind: "load" }>;

/** The plan for a loop, or null where its rounds depend on each other or it is too intricate. */
export function planVectors(loop: Loop, statements: readonly Statement[]): VectorPlan | null {
  const body: VectorStatement[] = [];
  for (const statement of drawnWhereUsed(statements)) {
    const { kind } = statement;
    if (kind !== "define" && kind !== "update" && kind !== "store") return null;
    body.push(statement);
  }
  return new Planner(resolve(loop), body).plan();
}

class Planner {
  readonly #loop: Loop;
  readonly #body: readonly VectorStatement[];
  readonly #own = new Set<Local>();
  readonly #reductions = new Map<Local, Combine>();
  #floats = new Set<Float>();

  constructor(loop: Loop, body: readonly VectorStatement[]) {
    this.#loop = loop;
    this.#body = body;
    for (const statement of body) if (statement.kind === "define") this.#own.add(statement.local);
  }

  plan(): VectorPlan | null {
    if (!this.#reductionsFit() || !this.#accessesFit() || !this.#choicesFit()) return null;
    let operations = 0;
    for (const statement of this.#body) {
      this.#noteTypes(statement);
      visitScalars(statement, (value) => {
        if (value.kind === "apply") operations++;
      });
    }
    if (this.#floats.size > 1) return null;
    const [float = "f32"] = this.#floats;
    return {
      loop: this.#loop,
      body: this.#body,
      float,
      reductions: this.#reductions,
      operations,
      isVarying: (value) => this.#isVarying(value),
      drawOf: (value) => this.#drawOf(value),
    };
  }

  /** A variable from outside may only collect, all rounds in one way, and not be read. */
  #reductionsFit(): boolean {
    for (const statement of this.#body) {
      if (statement.kind !== "update" || this.#own.has(statement.local)) continue;
      const { local, combine } = statement;
      const known = this.#reductions.get(local);
      if (combine === null || (known !== undefined && known !== combine)) return false;
      this.#reductions.set(local, combine);
    }
    return !this.#body.some((statement) => {
      let reads = false;
      visitScalars(statement, (value) => {
        if (value.kind === "local" && this.#reductions.has(value)) reads = true;
      });
      return reads;
    });
  }

  /** Whoever writes to a buffer writes and reads it at one position, which no other round touches. */
  #accessesFit(): boolean {
    const written = new Map<Buffer, string>();
    for (const statement of this.#body) {
      if (statement.kind !== "store") continue;
      const { buffer, shape, index } = statement;
      const own = this.#coefficient(shape, index);
      if (typeof own !== "number" || own === 0) return false;
      if (written.has(buffer) && written.get(buffer) !== positionKey(shape, index)) return false;
      written.set(buffer, positionKey(shape, index));
    }
    return this.#body.every((statement) => {
      let fits = true;
      visitScalars(statement, (value) => {
        const place = value.kind === "load" ? written.get(value.buffer) : undefined;
        if (value.kind === "load" && place !== undefined)
          fits &&= place === positionKey(value.shape, value.index);
      });
      return fits;
    });
  }

  /** Elements a position moves by from round to round; undefined where it is not the same every time. */
  #coefficient(shape: Shape, index: readonly Index[]): Dim | undefined {
    return coefficient(shape, index, this.#loop, (value) => this.#isVarying(value));
  }

  #isVarying(value: Scalar): boolean {
    switch (value.kind) {
      case "literal":
      case "size":
        return false;
      case "local":
        return this.#own.has(value) || this.#reductions.has(value);
      case "index":
        return this.#variesIn([value.index]);
      case "load":
      case "element":
        return this.#variesIn(value.index);
      case "apply":
        return value.arguments.some((argument) => this.#isVarying(argument));
      case "total":
        return value.terms.some((term) => this.#isVarying(term.value));
    }
  }

  #variesIn(index: readonly Index[]): boolean {
    return index.some(({ variable }) => {
      if (variable === null) return false;
      return isLoop(variable) ? resolve(variable) === this.#loop : this.#isVarying(variable);
    });
  }

  /** Both arms of a choice are worked out: neither may read where there is nothing. */
  #choicesFit(): boolean {
    return this.#body.every((statement) => {
      let fits = true;
      visitScalars(statement, (value) => {
        if (value.kind !== "apply" || !isLazy(value)) return;
        const probe: Statement = {
          ...statement,
          kind: "if",
          condition: value,
          then: [],
          otherwise: [],
        };
        visitScalars(probe, (part) => {
          if (part.kind === "load") fits &&= isInside(part);
        });
      });
      return fits;
    });
  }

  /** Which width of floats the values that vary have. */
  #drawOf(value: Scalar): Draw | null {
    const draw = drawOf(value);
    return draw === null || this.#isVarying(draw.seed) ? null : draw;
  }

  #noteTypes(statement: VectorStatement): void {
    const note = (dtype: DType) => {
      if (dtype === "f32" || dtype === "f64") this.#floats.add(dtype);
    };
    const drawing = new Set<Scalar>();
    visitScalars(statement, (value) => {
      const draw = this.#drawOf(value);
      if (draw !== null) drawing.add(draw.uniform);
    });
    visitScalars(statement, (value) => {
      if (isFloat(dtypeOf(value)) && this.#isVarying(value) && !drawing.has(value))
        note(dtypeOf(value));
    });
    note(statement.kind === "store" ? statement.buffer.dtype : statement.local.dtype);
  }
}

/** How far a position moves when the loop advances by one; undefined where a number from memory says. */
export function coefficient(
  shape: Shape,
  index: readonly Index[],
  loop: Loop,
  isVarying: (value: Scalar) => boolean,
): Dim | undefined {
  let total: Dim = 0;
  for (const [axis, { variable, stride }] of index.entries()) {
    if (variable === null) continue;
    if (!isLoop(variable)) {
      if (isVarying(variable)) return undefined;
    } else if (resolve(variable) === loop) {
      total = dimAdd(total, dimMul(stride, dimProduct(shape.slice(axis + 1))));
    }
  }
  return total;
}

function isLazy(value: Extract<Scalar, { kind: "apply" }>): boolean {
  const { lowering } = value.node.op;
  if (lowering.kind !== "scalar") return false;
  const { code } = lowering;
  return (
    code.kind === "select" ||
    (code.kind === "infix" && (code.operator === "&&" || code.operator === "||"))
  );
}

/** True where the position lies in the buffer in every round, whatever the sizes. */
function isInside({ shape, index }: Load): boolean {
  return index.every(({ variable, stride, offset }, axis) => {
    const dim = shape[axis] ?? 0;
    if (variable !== null && !isLoop(variable)) return false;
    const extent = variable === null ? 1 : resolve(variable).extent;
    const last = dimAdd(offset, dimMul(stride, dimSub(extent, 1)));
    const [low, high] = stride < 0 ? [last, offset] : [offset, last];
    // A loop of no rounds reads nothing.
    return dimAtLeast(low, 0) && dimAtLeast(dimSub(dimSub(dim, 1), high), 0);
  });
}

const numbers = new WeakMap<object, number>();
let next = 0;

function numberOf(thing: object): number {
  const known = numbers.get(thing);
  if (known !== undefined) return known;
  numbers.set(thing, next);
  return next++;
}

/** Equal for positions known to be the same. */
export function positionKey(shape: Shape, index: readonly Index[]): string {
  const parts = index.map(({ variable, stride, offset }) => {
    const base =
      variable === null ? "" : isLoop(variable) ? numberOf(resolve(variable)) : numberOf(variable);
    return `${base}*${stride}+${offset}`;
  });
  return `${shape.join()}:${parts.join()}`;
}
