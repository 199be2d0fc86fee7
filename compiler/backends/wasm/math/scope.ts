export type VectorType = "f32x4" | "f64x2";

/** What vector code needs of the function it is written into. */
export interface VectorScope {
  /** A new local of type v128; its name begins with "$". */
  local(): string;
  /**
   * The expression of a constant, given as `(v128.const …)`. In a loop it is
   * worth a local set before the loop, the same one for the same text.
   */
  constant(text: string): string;
}

export interface VectorCode {
  /** Statements in order, each complete: `(local.set …)`, hardly ever a branch. */
  readonly statements: readonly string[];
  /** The result: an expression without effects and cheap enough to repeat. */
  readonly value: string;
}

/**
 * Merges the code of several vectors, statement by statement: while one waits
 * for an operand, the processor works on the others.
 */
export function interleave(codes: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(0, ...codes.map(({ length }) => length));
  return [...Array(longest).keys()].flatMap((i) => codes.flatMap((code) => code.slice(i, i + 1)));
}
