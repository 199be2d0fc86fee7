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
  /** `(local.set …)` in order, without control flow. */
  readonly statements: readonly string[];
  /** The result: an expression without effects and cheap enough to repeat. */
  readonly value: string;
}
