const path = "[\\p{ID_Start}$_][\\p{ID_Continue}$]*(?:\\.[\\p{ID_Continue}$]+)*";

/** A name at the beginning of a text: an identifier, or a path to a member such as `params.W1`. */
export const namePattern = new RegExp(path, "u");

const wholeName = new RegExp(`^${path}$`, "u");

/** Whether a value, input or output of the graph may be called this. */
export function isName(text: string): boolean {
  return wholeName.test(text);
}
