import { where } from "../ops/arithmetic.js";
import { constant } from "../ops/leaf.js";
import type { Expression } from "../syntax/tree.js";
import { readCondition } from "./branches.js";
import { evaluateCall } from "./calls.js";
import { chooseValue } from "./choices.js";
import { evaluateNew } from "./constructors.js";
import type { Context } from "./context.js";
import { checkIdentifier } from "./identifiers.js";
import { readIndex } from "./indexing.js";
import { readMember } from "./members.js";
import { readName } from "./names.js";
import { applyBinary, applyUnary } from "./operators.js";
import type { Scope } from "./scopes.js";
import { booleanValue, nodeValue, numberValue, POISON, type Value } from "./values.js";

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

/** The value of an expression; what is erroneous is reported and gives the value that silences what follows. */
export function evaluateExpression(context: Context, expression: Expression, scope: Scope): Value {
  const { span } = expression;
  switch (expression.kind) {
    case "number":
      return numberValue(expression.value);
    case "boolean":
      return booleanValue(expression.value);
    case "string":
      return { kind: "string", value: expression.value };
    case "name":
      return readName(context, expression.name, span, scope);
    case "unary": {
      const operand = context.placed(expression.operand, scope);
      return applyUnary(context, expression.operator, operand, span);
    }
    case "binary":
      return evaluateBinary(context, expression, scope);
    case "conditional":
      return evaluateConditional(context, expression, scope);
    case "call":
      return evaluateCall(context, expression, scope);
    case "member": {
      const object = context.placed(expression.object, scope);
      return readMember(context, object, expression);
    }
    case "index": {
      const object = context.placed(expression.object, scope);
      return readIndex(context, object, expression, scope);
    }
    case "array":
      return {
        kind: "tuple",
        elements: expression.elements.map((one) => context.evaluate(one, scope)),
      };
    case "object":
      return evaluateObject(context, expression, scope);
    case "arrow":
      return evaluateArrow(expression, scope);
    case "new":
      return evaluateNew(context, expression, scope);
  }
}

function evaluateBinary(
  context: Context,
  { operator, left, right, span }: Of<"binary">,
  scope: Scope,
): Value {
  const a = context.placed(left, scope);
  // What is known at build time decides as in JavaScript: the other side is not looked at.
  if (a.value.kind === "boolean") {
    if (operator === "&&" && !a.value.value) return a.value;
    if (operator === "||" && a.value.value) return a.value;
  }
  const isLogical = operator === "&&" || operator === "||";
  if (!isLogical || !isTruthNode(a.value))
    return applyBinary(context, operator, a, context.placed(right, scope), span);
  const condition = a.value.node;
  const { unproven } = context;
  const b = context.under({ condition, holds: operator === "&&" }, () =>
    context.placed(right, scope),
  );
  if (context.unproven === unproven || !isTruthNode(b.value))
    return applyBinary(context, operator, a, b, span);
  // What may read out of range is computed only where it decides.
  const { node } = b.value;
  const decided = constant(operator === "&&" ? 0 : 1, "bool");
  return nodeValue(
    context.build(span, () =>
      operator === "&&" ? where(condition, node, decided) : where(condition, decided, node),
    ),
  );
}

function isTruthNode(value: Value): value is Extract<Value, { kind: "node" }> {
  return (
    value.kind === "node" && value.node.type.dtype === "bool" && value.node.type.shape.length === 0
  );
}

function evaluateConditional(
  context: Context,
  { condition, then, otherwise, span }: Of<"conditional">,
  scope: Scope,
): Value {
  const decided = readCondition(context, context.placed(condition, scope));
  if (typeof decided === "boolean") return context.evaluate(decided ? then : otherwise, scope);
  if (decided === undefined) {
    context.evaluate(then, scope);
    context.evaluate(otherwise, scope);
    return POISON;
  }
  const choice = { condition: decided, span, line: context.line };
  return chooseValue(
    context,
    choice,
    () => context.evaluate(then, scope),
    () => context.evaluate(otherwise, scope),
  );
}

function evaluateObject(context: Context, { fields }: Of<"object">, scope: Scope): Value {
  const values = new Map<string, Value>();
  for (const { key, value, span } of fields) {
    const valid = checkIdentifier(context, key, "field", span);
    if (values.has(key)) {
      context.error("FG208", `the field \`${key.slice(0, 40)}\` is given twice`, span, {
        accepted: "each field once",
      });
    }
    const field = context.evaluate(value, scope);
    values.set(key, valid ? field : POISON);
  }
  return { kind: "object", fields: values };
}

function evaluateArrow(arrow: Of<"arrow">, scope: Scope): Value {
  const { parameters, body, span } = arrow;
  const { module } = scope.frame;
  const callable = {
    declaration: arrow,
    name: "this function",
    parameters,
    body,
    module,
    scope,
    span,
  };
  return { kind: "function", callable };
}
