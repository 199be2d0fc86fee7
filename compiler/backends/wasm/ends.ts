import { dimMul, type Dim } from "../../ir/dim.js";
import { buffersIn, mayShare } from "../../schedule/arena.js";
import { isLoop } from "../../schedule/element.js";
import type { Arena, Buffer, Loop, Scalar, Statement } from "../../schedule/program.js";
import { bodiesOf, visitScalars } from "../../schedule/tidy.js";
import type { EpilogueOperand } from "./kernels/epilogue.js";
import { coefficient, planVectors, type VectorStatement } from "./vectorPlan.js";

type Product = Extract<Statement, { kind: "matmul" }>;
type Nest = Extract<Statement, { kind: "loop" }>;
type Store = Extract<VectorStatement, { kind: "store" }>;
type Access = Extract<Scalar, { kind: "load" }> | Store;

/**
 * The elementwise loops right after a matrix product, done on its sums while
 * they are in registers: a bias and an activation cost no trip through memory.
 */
export interface ProductEnd {
  readonly product: Product;
  readonly nest: Nest;
  /** The loops of the nest. */
  readonly loops: readonly Loop[];
  readonly body: readonly VectorStatement[];
  /** Where the first value goes that the nest stores. */
  readonly target: Store;
  /** What else it reads and stores, in the order of the kernel's parameters. */
  readonly operands: readonly EndOperand[];
  /** Whether anything else reads the plain product. */
  readonly keepsProduct: boolean;
}

export interface EndOperand {
  readonly kind: EpilogueOperand["kind"];
  readonly access: Access;
}

/** The ends among statements, by product; the loops in them are no statements of their own any more. */
export function findEnds(
  body: readonly Statement[],
  arena: Arena,
): ReadonlyMap<Statement, ProductEnd> {
  const touching = new Map<Buffer, Set<Statement>>();
  noteTouching(body, touching);
  const ends = new Map<Statement, ProductEnd>();
  const search = (statements: readonly Statement[]): void => {
    statements.forEach((statement, i) => {
      const next = statements[i + 1];
      if (statement.kind === "matmul" && next?.kind === "loop") {
        const end = new EndFinder(arena, statement, next, touching).find();
        if (end !== null) ends.set(statement, end);
      }
      bodiesOf(statement).forEach(search);
    });
  };
  search(body);
  return ends;
}

/** For each buffer the statements that touch it, each of them without others inside. */
function noteTouching(
  statements: readonly Statement[],
  touching: Map<Buffer, Set<Statement>>,
): void {
  for (const statement of statements) {
    const bodies = bodiesOf(statement);
    bodies.forEach((inner) => noteTouching(inner, touching));
    const own = bodies.length === 0 ? buffersIn(statement) : loadedBy(statement);
    for (const buffer of own) {
      const known = touching.get(buffer);
      if (known === undefined) touching.set(buffer, new Set([statement]));
      else known.add(statement);
    }
  }
}

function loadedBy(statement: Statement): readonly Buffer[] {
  const found: Buffer[] = [];
  visitScalars(statement, (value) => value.kind === "load" && found.push(value.buffer));
  return found;
}

class EndFinder {
  readonly #arena: Arena;
  readonly #product: Product;
  readonly #nest: Nest;
  readonly #touching: ReadonlyMap<Buffer, ReadonlySet<Statement>>;

  constructor(
    arena: Arena,
    product: Product,
    nest: Nest,
    touching: ReadonlyMap<Buffer, ReadonlySet<Statement>>,
  ) {
    this.#arena = arena;
    this.#product = product;
    this.#nest = nest;
    this.#touching = touching;
  }

  find(): ProductEnd | null {
    const { a, b, result, accumulate } = this.#product;
    const { dtype } = result.buffer;
    const sameType = [a, b].every(({ buffer }) => buffer.dtype === dtype);
    const grid = this.#grid();
    if (accumulate || !sameType || result.batch.length > 0 || grid === null) return null;
    const { loops, inner, statements } = grid;
    const plan = planVectors(inner, statements);
    if (plan?.float !== dtype || plan.reductions.size > 0) return null;
    const { body } = plan;
    if (!this.#isElementwise(body)) return null;
    const accesses = accessesOf(body);
    const kinds = accesses.map((access) => this.#kindOf(access, loops));
    if (!accesses.every((access, i) => this.#fits(access, kinds[i] ?? null, body))) return null;
    const stores = body.filter((statement) => statement.kind === "store");
    const [target, ...others] = stores;
    if (target === undefined || !this.#staysClear(stores)) return null;
    const loads = accesses.filter(
      ({ kind, buffer }) => kind === "load" && buffer !== result.buffer,
    );
    const operands = [...loads, ...others].map((access): EndOperand => ({
      kind: kinds[accesses.indexOf(access)] ?? "scalar",
      access,
    }));
    const readers = this.#touching.get(result.buffer) ?? new Set();
    const isPrivate = [...readers].every(
      (reader) => reader === this.#product || statements.includes(reader),
    );
    const keepsProduct = !isPrivate || result.buffer.role !== "work";
    return {
      product: this.#product,
      nest: this.#nest,
      loops,
      body,
      target,
      operands,
      keepsProduct,
    };
  }

  /** The nest as one loop over all elements, or two over rows and columns. */
  #grid(): {
    readonly loops: readonly Loop[];
    readonly inner: Loop;
    readonly statements: readonly Statement[];
  } | null {
    const { rows, columns } = this.#product;
    const { loop, body } = this.#nest;
    const [only] = body;
    if (body.length === 1 && only?.kind === "loop") {
      const fits = loop.extent === rows && only.loop.extent === columns;
      return fits ? { loops: [loop, only.loop], inner: only.loop, statements: only.body } : null;
    }
    const fits = loop.extent === dimMul(rows, columns);
    return fits ? { loops: [loop], inner: loop, statements: body } : null;
  }

  /** Nothing but variables of the body's own and plain stores, worked out from elements and literals. */
  #isElementwise(body: readonly VectorStatement[]): boolean {
    const own = new Set<Scalar>();
    return body.every((statement) => {
      if (statement.kind === "update") return false;
      if (statement.kind === "store" && statement.combine !== null) return false;
      const fits = isMadeOf(statement.value, own);
      if (statement.kind === "define") own.add(statement.local);
      return fits && !(statement.kind === "define" && statement.mutable);
    });
  }

  /** How an access moves through the product's rows and columns; null where it is none of the ways known. */
  #kindOf({ shape, index }: Access, loops: readonly Loop[]): EpilogueOperand["kind"] | null {
    const isPlain = index.every(
      ({ variable }) => variable === null || isLoop(variable) || variable.kind === "local",
    );
    if (!isPlain) return null;
    const steps = loops.map((loop) => coefficient(shape, index, loop, () => false));
    return kindOfSteps(steps, this.#product.columns);
  }

  #fits(
    { kind, buffer, index }: Access,
    way: EpilogueOperand["kind"] | null,
    body: readonly VectorStatement[],
  ): boolean {
    const { result } = this.#product;
    if (way === null || buffer.dtype !== result.buffer.dtype) return false;
    if (kind === "store") return way === "matrix" && buffer.role !== "tape";
    // Read after it is stored: the element must be the one just stored.
    const stored = body.some((other) => other.kind === "store" && other.buffer === buffer);
    if (buffer === result.buffer) return !stored && way === "matrix" && index.every(startsAtZero);
    return !stored;
  }

  /** What is stored while products are still being formed must not lie over their operands. */
  #staysClear(stores: readonly Store[]): boolean {
    const { a, b } = this.#product;
    return stores.every(({ buffer }) =>
      [a, b].every((operand) => !mayShare(this.#arena, buffer, operand.buffer)),
    );
  }
}

function accessesOf(body: readonly VectorStatement[]): readonly Access[] {
  return body.flatMap((statement) => {
    const found: Access[] = [];
    visitScalars(statement, (value) => value.kind === "load" && found.push(value));
    if (statement.kind === "store") found.push(statement);
    return found;
  });
}

function isMadeOf(value: Scalar, own: ReadonlySet<Scalar>): boolean {
  switch (value.kind) {
    case "load":
      return true;
    case "literal":
      return value.dtype === "f32" || value.dtype === "f64";
    case "local":
      return own.has(value);
    case "apply":
      return value.arguments.every((part) => isMadeOf(part, own));
    case "total":
      return value.terms.every((term) => isMadeOf(term.value, own));
    default:
      return false;
  }
}

const startsAtZero = ({ variable, offset }: Access["index"][number]): boolean =>
  offset === 0 && (variable === null || isLoop(variable));

function kindOfSteps(
  steps: readonly (Dim | undefined)[],
  columns: Dim,
): EpilogueOperand["kind"] | null {
  const [outer, inner] = steps;
  if (steps.length === 1) return outer === 1 ? "matrix" : outer === 0 ? "scalar" : null;
  if (inner === 1) return outer === columns ? "matrix" : outer === 0 ? "row" : null;
  if (inner !== 0) return null;
  return outer === 1 ? "column" : outer === 0 ? "scalar" : null;
}
