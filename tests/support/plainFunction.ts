/** What an expression is in the scope of some JavaScript: what a program means, without this compiler. */
export function plainFunction<F>(code: string, expression: string): F {
  const body = `"use strict";\n${code}\nreturn ${expression};`;
  return (new Function(body) as () => F)();
}
