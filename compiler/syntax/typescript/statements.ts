import { ts } from "./api.js";
import type { Context } from "./context.js";
import { convertExpression, unwrap } from "./expressions.js";
import { ASSIGNMENT, STEP } from "./operators.js";
import { convertPattern } from "./patterns.js";
import { refuseStatement } from "./unsupported.js";
import type { BinaryOperator, Expression, Statement } from "../tree.js";

/** Converts the statements between braces. */
export function convertBlock(context: Context, block: ts.Block): readonly Statement[] {
  return block.statements.flatMap((node) => convertStatement(context, node));
}

/** Converts a statement: none for `;`, several for `const a = 1, b = 2`. */
function convertStatement(context: Context, node: ts.Statement): readonly Statement[] {
  return context.nested(node, () => convertKnown(context, node), []);
}

function convertKnown(context: Context, node: ts.Statement): readonly Statement[] {
  const span = context.span(node);
  if (ts.isEmptyStatement(node)) return [];
  if (ts.isVariableStatement(node)) {
    refuseModifiers(context, node);
    return convertVariables(context, node.declarationList, node);
  }
  if (ts.isExpressionStatement(node)) {
    return convertEffect(context, node.expression, node);
  }
  if (ts.isIfStatement(node)) return [convertIf(context, node)];
  if (ts.isBlock(node)) {
    return [{ kind: "block", body: convertBlock(context, node), span }];
  }
  if (ts.isReturnStatement(node)) {
    if (node.expression === undefined) return [{ kind: "return", span }];
    const value = convertExpression(context, node.expression);
    return [{ kind: "return", value, span }];
  }
  if (ts.isIterationStatement(node, false)) return convertLoop(context, node);
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
    if (node.label !== undefined) {
      context.refuse("FG105", node, "a jump to a label", {
        accepted: "`break` and `continue` of the innermost loop",
        hint: "move the inner loop to a function of its own and `return` from it",
      });
    }
    return [{ kind: ts.isBreakStatement(node) ? "break" : "continue", span }];
  }
  refuseStatement(context, node);
  return [];
}

function refuseModifiers(context: Context, node: ts.VariableStatement): void {
  const [first] = node.modifiers ?? [];
  if (first === undefined) return;
  const written = first.getText(context.file);
  context.refuse("FG112", node, `\`${written}\` inside a function`, {
    accepted: "`const` and `let`",
  });
}

/** Converts `const`/`let` declarations, one statement for each name or pattern. */
function convertVariables(
  context: Context,
  list: ts.VariableDeclarationList,
  whole: ts.Node,
): readonly Statement[] {
  const mutable = declaresWith(context, list) !== "const";
  return list.declarations.map((node) => {
    const pattern = convertPattern(context, node.name);
    const span = context.span(list.declarations.length === 1 ? whole : node);
    if (node.initializer === undefined) {
      refuseMissingValue(context, node, mutable);
      return { kind: "declare", mutable, pattern, span };
    }
    const value = convertExpression(context, node.initializer);
    return { kind: "declare", mutable, pattern, value, span };
  });
}

/** Refuses `var` and `using`. */
export function declaresWith(context: Context, list: ts.VariableDeclarationList): "const" | "let" {
  const keyword: ts.NodeFlags = list.flags & ts.NodeFlags.BlockScoped;
  switch (keyword) {
    case ts.NodeFlags.Const:
      return "const";
    case ts.NodeFlags.Let:
      return "let";
    case ts.NodeFlags.None:
      context.refuse("FG112", list, "`var`", {
        accepted: "`const` and `let`",
        hint: "write `const`, or `let` if it is assigned again",
      });
      return "let";
    default:
      context.refuse("FG112", list, "`using`", {
        accepted: "`const` and `let`",
        hint: "write `const`",
      });
      return "const";
  }
}

function refuseMissingValue(
  context: Context,
  node: ts.VariableDeclaration,
  mutable: boolean,
): void {
  if (mutable && ts.isIdentifier(node.name)) return;
  context.error("FG112", node, "this declaration has no value", {
    accepted: "a value after `=`",
    hint: "write `let` for a name that gets its value later",
  });
}

/** An expression as a statement: an assignment, a step, or a bare expression. */
function convertEffect(
  context: Context,
  node: ts.Expression,
  whole: ts.Node,
): readonly Statement[] {
  const span = context.span(whole);
  const inner = unwrap(node);
  if (inner !== undefined && ts.isParenthesizedExpression(node)) {
    return convertEffect(context, inner, whole);
  }
  const assigned = convertAssignment(context, node);
  if (assigned === undefined) {
    return [{ kind: "expression", value: convertExpression(context, node), span }];
  }
  const { target, operator, value } = assigned;
  if (target.kind !== "name" && target.kind !== "member" && target.kind !== "index") {
    refuseTarget(context, node, target);
    return [];
  }
  return [{ kind: "assign", target, operator, value, span }];
}

interface Assignment {
  readonly target: Expression;
  readonly operator: BinaryOperator | undefined;
  readonly value: Expression;
}

function convertAssignment(context: Context, node: ts.Expression): Assignment | undefined {
  if (ts.isBinaryExpression(node) && ASSIGNMENT.has(node.operatorToken.kind)) {
    return {
      target: convertExpression(context, node.left),
      operator: ASSIGNMENT.get(node.operatorToken.kind),
      value: convertExpression(context, node.right),
    };
  }
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) {
    return undefined;
  }
  const operator = STEP.get(node.operator);
  if (operator === undefined) return undefined;
  const target = convertExpression(context, node.operand);
  const value = { kind: "number" as const, value: 1, span: context.span(node) };
  return { target, operator, value };
}

function refuseTarget(context: Context, node: ts.Node, target: Expression): void {
  const isPattern = target.kind === "array" || target.kind === "object";
  context.error("FG116", node, "this cannot be assigned to", {
    accepted: "a name, a field `p.x` or an element `x[i]` on the left of `=`",
    hint: isPattern
      ? "declare new names, `const [c, d] = …`, and assign them one by one"
      : undefined,
  });
}

function convertIf(context: Context, node: ts.IfStatement): Statement {
  const { elseStatement } = node;
  return {
    kind: "if",
    condition: convertExpression(context, node.expression),
    then: convertBranch(context, node.thenStatement),
    otherwise: elseStatement === undefined ? [] : convertBranch(context, elseStatement),
    span: context.span(node),
  };
}

/** The body of a branch or a loop, with or without braces. */
function convertBranch(context: Context, node: ts.Statement): readonly Statement[] {
  return ts.isBlock(node)
    ? context.nested(node, () => convertBlock(context, node), [])
    : convertStatement(context, node);
}

function convertLoop(context: Context, node: ts.IterationStatement): readonly Statement[] {
  const span = context.span(node);
  if (ts.isForStatement(node)) return [convertFor(context, node)];
  if (ts.isForOfStatement(node)) return convertForOf(context, node);
  if (ts.isWhileStatement(node)) {
    const condition = convertExpression(context, node.expression);
    const body = convertBranch(context, node.statement);
    return [{ kind: "while", condition, body, span }];
  }
  if (ts.isDoStatement(node)) {
    const condition = convertExpression(context, node.expression);
    const body = convertBranch(context, node.statement);
    return [{ kind: "doWhile", condition, body, span }];
  }
  refuseStatement(context, node);
  return [];
}

function convertFor(context: Context, node: ts.ForStatement): Statement {
  const { initializer, condition, incrementor } = node;
  return {
    kind: "for",
    init: initializer === undefined ? [] : convertInit(context, initializer),
    condition: condition === undefined ? undefined : convertExpression(context, condition),
    update: incrementor === undefined ? [] : convertEffects(context, incrementor),
    body: convertBranch(context, node.statement),
    span: context.span(node),
  };
}

function convertInit(context: Context, node: ts.ForInitializer): readonly Statement[] {
  return ts.isVariableDeclarationList(node)
    ? convertVariables(context, node, node)
    : convertEffects(context, node);
}

/** `i = 0, j = 1` in the head of a `for` is two statements. */
function convertEffects(context: Context, node: ts.Expression): readonly Statement[] {
  const parts: ts.Expression[] = [];
  let rest = node;
  while (ts.isBinaryExpression(rest) && rest.operatorToken.kind === ts.SyntaxKind.CommaToken) {
    parts.unshift(rest.right);
    rest = rest.left;
  }
  return [rest, ...parts].flatMap((part) => convertEffect(context, part, part));
}

function convertForOf(context: Context, node: ts.ForOfStatement): readonly Statement[] {
  if (node.awaitModifier !== undefined) {
    context.refuse("FG105", node, "`for await`", {
      accepted: "`for (const x of xs)`",
      hint: "leave out `await`",
    });
  }
  const iterable = convertExpression(context, node.expression);
  const body = convertBranch(context, node.statement);
  const { initializer } = node;
  const [only] = ts.isVariableDeclarationList(initializer) ? initializer.declarations : [];
  if (only === undefined) {
    context.error("FG112", initializer, "this loop declares no name", {
      accepted: "`for (const x of xs)`",
      hint: "write `const` before the name",
    });
    return [];
  }
  if (ts.isVariableDeclarationList(initializer)) {
    declaresWith(context, initializer);
  }
  const pattern = convertPattern(context, only.name);
  const span = context.span(node);
  return [{ kind: "forOf", pattern, iterable, body, span }];
}
