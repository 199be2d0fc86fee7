import type { Expression, Pattern, Statement } from "../syntax/tree.js";
import { bodiesOf } from "./loopJumps.js";

/** The names that statements assign to, also those of which they change an element, and in arrow functions. */
export function assignedNames(body: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === "assign") {
        const root = rootOf(statement.target);
        if (root !== undefined) names.add(root);
      }
      for (const expression of expressionsOf(statement)) {
        for (const arrow of arrowsIn(expression)) walk(arrow.body);
      }
      bodiesOf(statement).forEach(walk);
    }
  };
  walk(body);
  return names;
}

/** The name at the beginning of `x`, `x[i][j]` or `x.field`. */
export function rootOf(expression: Expression): string | undefined {
  if (expression.kind === "name") return expression.name;
  const inner = expression.kind === "index" || expression.kind === "member";
  return inner ? rootOf(expression.object) : undefined;
}

/** All names an expression reads. */
export function namesIn(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  visit(expression, (one) => {
    if (one.kind === "name") names.add(one.name);
  });
  return names;
}

/** Whether an expression may read what lies behind a name: an element, or whatever a function reads. */
export function readsInside(expression: Expression): boolean {
  let found = false;
  visit(expression, ({ kind }) => {
    if (kind === "index" || kind === "call") found = true;
  });
  return found;
}

type Arrow = Extract<Expression, { kind: "arrow" }>;

function arrowsIn(expression: Expression): readonly Arrow[] {
  const arrows: Arrow[] = [];
  visit(expression, (one) => {
    if (one.kind === "arrow") arrows.push(one);
  });
  return arrows;
}

function visit(expression: Expression, look: (one: Expression) => void): void {
  look(expression);
  for (const operand of operandsOf(expression)) visit(operand, look);
}

function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "conditional":
      return [expression.condition, expression.then, expression.otherwise];
    case "call":
      return [
        expression.callee,
        ...expression.arguments,
        ...expression.options.map(({ value }) => value),
      ];
    case "member":
      return [expression.object];
    case "index":
      return [
        expression.object,
        ...expression.items.flatMap((item) => {
          if (item.kind === "at") return [item.index];
          if (item.kind !== "slice") return [];
          return [item.start, item.stop, item.step].filter((bound) => bound !== undefined);
        }),
      ];
    case "array":
      return expression.elements;
    case "object":
      return expression.fields.map(({ value }) => value);
    case "new":
      return expression.arguments;
    default:
      return [];
  }
}

function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "declare":
    case "return":
      return statement.value === undefined ? [] : [statement.value];
    case "assign":
      return [statement.target, statement.value];
    case "if":
    case "while":
    case "doWhile":
      return [statement.condition];
    case "for":
      return statement.condition === undefined ? [] : [statement.condition];
    case "forOf":
      return [statement.iterable];
    case "expression":
      return [statement.value];
    default:
      return [];
  }
}

/** The name a pattern declares, if it is a single one. */
export function nameOf(pattern: Pattern): string | undefined {
  return pattern.kind === "name" ? pattern.name : undefined;
}
