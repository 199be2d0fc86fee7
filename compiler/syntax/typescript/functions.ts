import { ts } from "./api.js";
import type { Context } from "./context.js";
import { convertExpression } from "./expressions.js";
import { convertParameters } from "./patterns.js";
import { convertBlock } from "./statements.js";
import type { Expression, Statement } from "../tree.js";

/** Converts `(x) => …` inside an expression, where types may be left to the context. */
export function convertArrow(context: Context, node: ts.ArrowFunction): Expression {
  refuseFunctionExtras(context, node);
  return {
    kind: "arrow",
    parameters: convertParameters(context, node.parameters, false),
    body: convertBody(context, node.body),
    span: context.span(node),
  };
}

/** The statements of a function; an expression body is one `return`. */
export function convertBody(context: Context, body: ts.ConciseBody): readonly Statement[] {
  if (ts.isBlock(body)) return convertBlock(context, body);
  const value = convertExpression(context, body);
  return [{ kind: "return", value, span: context.span(body) }];
}

/** Refuses what only some functions have: `async`, `function*` and type parameters. */
export function refuseFunctionExtras(
  context: Context,
  node: ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration,
): void {
  const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
  if (isAsync === true) {
    context.refuse("FG109", node, "an `async` function", {
      accepted: "plain functions",
      hint: "leave out `async`: nothing in a model waits",
    });
  }
  if (node.asteriskToken !== undefined) {
    context.refuse("FG109", node, "a generator function", {
      accepted: "plain functions",
      hint: "leave out the `*` and return the values as a tuple",
    });
  }
  const [first] = node.typeParameters ?? [];
  if (first !== undefined) {
    context.refuse("FG109", first, "a type parameter", {
      accepted: "functions of known types",
      hint: 'name sizes in the types instead: `x: Tensor<["N"]>`',
    });
  }
}
