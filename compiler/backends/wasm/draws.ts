import type { Scalar, Statement } from "../../schedule/program.js";
import { mapScalars } from "../../schedule/replaced.js";
import { dtypeOf } from "./scalar.js";
import type { Vectors, VectorWriter } from "./vector.js";
import type { Wat } from "./wat.js";

type Apply = Extract<Scalar, { kind: "apply" }>;

/** `uniformAt(seed, position) < rate`, as dropout asks of each element. */
export interface Draw {
  readonly uniform: Apply;
  readonly seed: Scalar;
  readonly position: Scalar;
  /** A hash is below the rate if it is below this integer: the rate times 2³², rounded up. */
  readonly threshold: number;
}

/** What a value draws, else null. The random number is an f64, but its hash is an i32. */
export function drawOf(value: Scalar): Draw | null {
  if (value.kind !== "apply") return null;
  const [uniform, rate] = value.arguments;
  const code = codeOf(value);
  if (code?.kind !== "infix" || code.operator !== "<" || rate?.kind !== "literal") return null;
  if (uniform === undefined || !isUniform(uniform)) return null;
  const [seed, position] = uniform.arguments;
  const threshold = Math.ceil(rate.value * 2 ** 32);
  const isInRange = threshold > 0 && threshold < 2 ** 32;
  if (seed === undefined || position === undefined || !isInRange) return null;
  return dtypeOf(position) === "i32" ? { uniform, seed, position, threshold } : null;
}

function isUniform(value: Scalar): value is Apply {
  if (value.kind !== "apply") return false;
  const code = codeOf(value);
  return code?.kind === "runtime" && code.callee === "uniformAt";
}

/** The statements of a loop with its random numbers where they are used, for {@link drawOf} to see. */
export function drawnWhereUsed(body: readonly Statement[]): readonly Statement[] {
  const numbers = new Map<Scalar, Scalar>();
  for (const statement of body)
    if (statement.kind === "define" && !statement.mutable && isUniform(statement.value))
      numbers.set(statement.local, statement.value);
  if (numbers.size === 0) return body;
  return body
    .filter((statement) => !(statement.kind === "define" && numbers.has(statement.local)))
    .map((statement) => mapScalars(statement, (value) => numbers.get(value) ?? null));
}

function codeOf({ node }: Apply) {
  const { lowering } = node.op;
  return lowering.kind === "scalar" ? lowering.code : null;
}

/** Masks of the positions drawn, from the hash of the seed in all lanes; between f64, two lanes at a time. */
export function drawn(
  vectors: VectorWriter,
  hash: Wat,
  positions: Vectors,
  threshold: number,
): Vectors {
  const step = (xs: Vectors, write: (x: Wat) => Wat) => vectors.map("integer", [xs], write);
  const mix = (xs: Vectors) => {
    const first = step(step(xs, foldedBy(16)), multipliedBy(0x85ebca6b));
    return step(step(step(first, foldedBy(13)), multipliedBy(0xc2b2ae35)), foldedBy(16));
  };
  const whole =
    vectors.float === "f32"
      ? vectors.convert(positions, "integer")
      : step(positions, (x) => `(i32x4.trunc_sat_f64x2_s_zero ${x})`);
  const low = mix(step(whole, (x) => `(v128.xor ${x} ${hash})`));
  const high = step(whole, (x) => `(i32x4.shr_s ${x} (i32.const 31))`);
  const all = mix(vectors.map("integer", [low, high], (x, y) => `(v128.xor ${x} ${y})`));
  return vectors.map("mask", [all], (x) => {
    const below = `(i32x4.lt_u ${x} ${everywhere(threshold)})`;
    return vectors.float === "f32" ? below : `(i64x2.extend_low_i32x4_s ${below})`;
  });
}

const multipliedBy =
  (factor: number) =>
  (x: Wat): Wat =>
    `(i32x4.mul ${x} ${everywhere(factor)})`;

const foldedBy =
  (bits: number) =>
  (x: Wat): Wat =>
    `(v128.xor ${x} (i32x4.shr_u ${x} (i32.const ${bits})))`;

const everywhere = (value: number): Wat => `(v128.const i32x4 ${Array(4).fill(value).join(" ")})`;
