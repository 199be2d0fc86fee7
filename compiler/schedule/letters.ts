import { isLoop } from "./element.js";
import { resolve, type Buffer, type Index, type Loop } from "./program.js";

const letters = ["i", "j", "k", "l", "m", "n"];

/** The letters that loops will go by, for the names of elements. */
export class Letters {
  readonly #of = new Map<Loop, string>();

  /** The first letter that none of the loops around has. */
  choose(loop: Loop, around: readonly string[]): string {
    const letter = letters.find((one) => !around.includes(one)) ?? "i";
    this.#of.set(resolve(loop), letter);
    return letter;
  }

  /** `h_ij` for the element of `h` at i and j. */
  elementName({ node }: Buffer, index: readonly Index[]): string {
    const indices = index.map(({ variable }) => {
      if (variable === null) return "";
      if (isLoop(variable)) return this.#of.get(resolve(variable)) ?? "i";
      return variable.kind === "local" ? (variable.node.name ?? "") : "";
    });
    return `${node.name ?? "t"}_${indices.join("")}`;
  }
}
