/**
 * A dimension: a number, or a polynomial over named sizes in canonical text
 * (`"N"`, `"2*N + 1"`). Canonical text makes equality `===`, and keeps shapes
 * printable and serialisable without a class.
 *
 * Named sizes are non-negative integers known when the work object is created.
 */
export type Dim = number | string;

/** `coefficient · atoms[0] · atoms[1] · …`; an atom is a name or `floor(p / k)`. */
interface Term {
  readonly coefficient: number;
  readonly atoms: readonly string[];
}
type Polynomial = readonly Term[];

const polynomials = new Map<string, Polynomial>();

export function dimAdd(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a + b;
  return format([...polynomial(a), ...polynomial(b)]);
}

export function dimSub(a: Dim, b: Dim): Dim {
  return dimAdd(a, dimMul(b, -1));
}

export function dimMul(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a * b;
  const right = polynomial(b);
  return format(polynomial(a).flatMap((s) => right.map((t) => multiplyTerms(s, t))));
}

let dynamicCount = 0;

/** A size that is known only once a loop has run: how often. Unlike named sizes it is not the caller's. */
export function dynamicDim(): Dim {
  return format([{ coefficient: 1, atoms: [`trips$${++dynamicCount}`] }]);
}

/** Whether a name, or any in a dimension, stands for a size found out while running. */
export function isDynamic(dim: Dim): boolean {
  return typeof dim === "string" && dim.includes("trips$");
}

/** Number of elements of a shape. */
export function dimProduct(shape: readonly Dim[]): Dim {
  return shape.reduce<Dim>(dimMul, 1);
}

/** `a / b` where it is exact for every value of the names, else undefined. */
export function dimDivide(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (a === b) return 1;
  const divisor = polynomial(b);
  const single = divisor[0];
  if (divisor.length !== 1 || single === undefined) return divideBySum(a, b);
  const quotient: Term[] = [];
  for (const term of polynomial(a)) {
    const q = divideTerm(term, single);
    if (q === undefined) return undefined;
    quotient.push(q);
  }
  return format(quotient);
}

/** `floor(a / b)` for a positive whole `b`. */
export function dimFloorDivide(a: Dim, b: number): Dim {
  if (typeof a === "number") return Math.floor(a / b);
  if (b === 1) return a;
  const exact = dimDivide(a, b);
  if (exact !== undefined) return exact;
  const numerator = polynomial(a).length > 1 || a.includes("*") ? `(${a})` : a;
  return format([{ coefficient: 1, atoms: [`floor(${numerator} / ${b})`] }]);
}

/** Names that occur in a dimension, sorted. */
export function dimNames(dim: Dim): readonly string[] {
  if (typeof dim === "number") return [];
  const names = dim.match(/[A-Za-z_$][\w$]*/g) ?? [];
  return [...new Set(names)].filter((name) => name !== "floor").toSorted();
}

/** The value of a dimension once the named sizes are known. */
export function evaluateDim(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  if (typeof dim === "number") return dim;
  return polynomial(dim)
    .map(
      (t) =>
        t.coefficient * t.atoms.map((atom) => evaluateAtom(atom, sizes)).reduce((p, q) => p * q, 1),
    )
    .reduce((p, q) => p + q, 0);
}

/** The dimension with something else in place of each name. */
export function substituteDim(dim: Dim, replacement: (name: string) => Dim): Dim {
  if (typeof dim === "number") return dim;
  const text = dim.replaceAll(/[A-Za-z_$][\w$]*/g, (name) =>
    name === "floor" ? name : `(${replacement(name)})`,
  );
  return parseDim(text) ?? dim;
}

/** True where the dimension is at least `bound` whatever the (non-negative) sizes are; floors count as non-negative. */
export function dimAtLeast(dim: Dim, bound: number): boolean {
  if (typeof dim === "number") return dim >= bound;
  let constant = 0;
  for (const term of polynomial(dim)) {
    if (term.atoms.length === 0) constant = term.coefficient;
    else if (term.coefficient < 0) return false;
  }
  return constant >= bound;
}

/** Reads a dimension from text such as `2*N + 1` or `floor((N + 1) / 2)`; undefined if it is not one. */
export function parseDim(text: string): Dim | undefined {
  const tokens = text.match(/\d+|[A-Za-z_$][\w$]*|[-+*()/]|\S/g) ?? [];
  let at = 0;
  const accept = (token: string) => tokens[at] === token && ++at > 0;
  const sum = (): Dim | undefined => {
    let left = accept("-") ? negate(product()) : product();
    while (left !== undefined && (tokens[at] === "+" || tokens[at] === "-")) {
      const sign = tokens[at++] === "+" ? 1 : -1;
      const right = product();
      left = right === undefined ? undefined : dimAdd(left, dimMul(right, sign));
    }
    return left;
  };
  const product = (): Dim | undefined => {
    let left = atom();
    while (left !== undefined && accept("*")) {
      const right = atom();
      left = right === undefined ? undefined : dimMul(left, right);
    }
    return left;
  };
  const atom = (): Dim | undefined => {
    const token = tokens[at++];
    if (token === undefined) return undefined;
    if (token === "(") {
      const inner = sum();
      return accept(")") ? inner : undefined;
    }
    if (token === "floor" && accept("(")) {
      const numerator = sum();
      if (numerator === undefined || !accept("/")) return undefined;
      const divisor = Number(tokens[at++]);
      if (!accept(")") || !(divisor > 0)) return undefined;
      return dimFloorDivide(numerator, divisor);
    }
    if (/^\d+$/.test(token)) return Number(token);
    return /^[A-Za-z_$]/.test(token) ? token : undefined;
  };
  const result = sum();
  return at === tokens.length ? result : undefined;
}

function negate(dim: Dim | undefined): Dim | undefined {
  return dim === undefined ? undefined : dimMul(dim, -1);
}

function polynomial(dim: Dim): Polynomial {
  if (typeof dim === "number") return dim === 0 ? [] : [{ coefficient: dim, atoms: [] }];
  const known = polynomials.get(dim);
  if (known !== undefined) return known;
  const name: Polynomial = [{ coefficient: 1, atoms: [dim] }];
  polynomials.set(dim, name);
  return name;
}

function multiplyTerms(s: Term, t: Term): Term {
  return {
    coefficient: s.coefficient * t.coefficient,
    atoms: [...s.atoms, ...t.atoms].toSorted(),
  };
}

function divideTerm(term: Term, divisor: Term): Term | undefined {
  if (term.coefficient % divisor.coefficient !== 0) return undefined;
  const atoms = [...term.atoms];
  for (const atom of divisor.atoms) {
    const at = atoms.indexOf(atom);
    if (at < 0) return undefined;
    atoms.splice(at, 1);
  }
  return { coefficient: term.coefficient / divisor.coefficient, atoms };
}

/** `a / b` where `b` is a sum: tries the quotient of the leading terms, which is the only candidate of one term. */
function divideBySum(a: Dim, b: Dim): Dim | undefined {
  const leadA = polynomial(a)[0];
  const leadB = polynomial(b)[0];
  if (leadA === undefined || leadB === undefined) return undefined;
  const quotient = divideTerm(leadA, leadB);
  if (quotient === undefined) return undefined;
  const candidate = format([quotient]);
  return dimMul(candidate, b) === a ? candidate : undefined;
}

function evaluateAtom(atom: string, sizes: Readonly<Record<string, number>>): number {
  const floor = /^floor\((.*) \/ (\d+)\)$/.exec(atom);
  if (floor !== null) {
    const numerator = parseDim(floor[1] ?? "") ?? NaN;
    return Math.floor(evaluateDim(numerator, sizes) / Number(floor[2]));
  }
  const value = sizes[atom];
  if (value === undefined) throw new RangeError(`size ${atom} is not given`);
  return value;
}

function format(terms: readonly Term[]): Dim {
  const collected = new Map<string, Term>();
  for (const term of terms) {
    const key = term.atoms.join("*");
    const coefficient = (collected.get(key)?.coefficient ?? 0) + term.coefficient;
    collected.set(key, { coefficient, atoms: term.atoms });
  }
  const kept = [...collected.values()]
    .filter((t) => t.coefficient !== 0)
    .toSorted(byDegreeThenName);
  const constant =
    kept.length === 0
      ? 0
      : kept.length === 1 && kept[0]?.atoms.length === 0
        ? kept[0].coefficient
        : undefined;
  if (constant !== undefined) return constant;
  const text = kept.map(formatTerm).join("").replace(/^ \+ /, "").replace(/^ - /, "-");
  polynomials.set(text, kept);
  return text;
}

function byDegreeThenName(s: Term, t: Term): number {
  if (s.atoms.length !== t.atoms.length) return t.atoms.length - s.atoms.length;
  const [p, q] = [s.atoms.join("*"), t.atoms.join("*")];
  return p < q ? -1 : p > q ? 1 : 0;
}

function formatTerm(term: Term): string {
  const sign = term.coefficient < 0 ? " - " : " + ";
  const size = Math.abs(term.coefficient);
  const factors = size === 1 && term.atoms.length > 0 ? term.atoms : [size, ...term.atoms];
  return sign + factors.join("*");
}
