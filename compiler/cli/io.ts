import type pc from "picocolors";

export type Palette = ReturnType<typeof pc.createColors>;

/** What a command has of the world, so that tests can run it in-process. */
export interface Io {
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of the standard input. */
  readonly readInput: () => Promise<string>;
  readonly outColor: Palette;
  readonly errColor: Palette;
  /** Show stack traces of errors in the compiler. */
  readonly debug: boolean;
  /** Calls back when the user wants `--watch` to end. */
  readonly onInterrupt: (callback: () => void) => void;
}

/** Colour is for terminals, unless `FORCE_COLOR` or `NO_COLOR` says otherwise. */
export function wantsColor(
  isTerminal: boolean | undefined,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const { NO_COLOR: no = "", FORCE_COLOR: force, TERM: terminal } = env;
  if (no !== "") return false;
  if (force !== undefined) return force !== "0" && force !== "false";
  // A pipe has no such property at all.
  return isTerminal === true && terminal !== "dumb";
}
