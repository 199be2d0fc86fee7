/** What the functions of a model file do when they run without having been compiled. */

/** @throws Error that says which command compiles the function. */
function refuse(name: string): never {
  throw new Error(
    `${name} was called on a tensor in a function that has not been compiled: run \`npx flatgrad build <file>\` and import the generated module instead`,
  );
}

/** An operation that has a meaning for tensors only. */
export function compiledOnly(name: string): () => never {
  return () => refuse(name);
}

/** A function of scalars: it runs on numbers, and refuses anything else. */
export function onScalars<Result>(
  name: string,
  compute: (...numbers: number[]) => Result,
): (...operands: unknown[]) => Result {
  return (...operands) => compute(...operands.map((x) => scalar(name, x)));
}

function scalar(name: string, x: unknown): number {
  if (typeof x === "boolean") return Number(x);
  return typeof x === "number" ? x : refuse(name);
}
