/** What an expression is in the scope of some JavaScript: what a program means, without this compiler. */
export function plainFunction(code: string, expression: string): unknown {
  const body = `"use strict";\n${code}\nreturn ${expression};`;
  return (new Function(body) as () => unknown)();
}
