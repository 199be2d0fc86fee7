import { parseDim, type Dim } from "../../ir/dim.js";
import type { Combine, ScalarCode } from "../../ir/op.js";
import type { DType, Shape } from "../../ir/type.js";
import { nth } from "../../ops/chain.js";
import { isLoop } from "../../schedule/element.js";
import {
  resolve,
  type Buffer,
  type Index,
  type Local,
  type Loop,
  type Scalar,
} from "../../schedule/program.js";

/** Text and how tightly it binds, so that parentheses stand where they must and nowhere else. */
export interface Code {
  readonly text: string;
  readonly binds: number;
  /** The operator at the top, for the cases where the formatter wants parentheses for clarity. */
  readonly operator?: string;
  /** The value with its sign changed, where that is to write one sign less. */
  readonly negated?: Code;
}

/** What an expression needs to know of the function it stands in. */
export interface ExpressionContext {
  nameOfLocal(local: Local): string;
  nameOfBuffer(buffer: Buffer): string;
  nameOfLoop(loop: Loop): string;
  /** Notes a function of the runtime and returns its name here. */
  runtime(name: string): string;
  /** True where the target is TypeScript, whose strict mode wants `!` after an indexed read. */
  readonly typed: boolean;
}

const atom = 20;
const unary = 14;
const bindings: Readonly<Record<string, number>> = {
  "**": 13,
  "*": 12,
  "/": 12,
  "%": 12,
  "+": 11,
  "-": 11,
  "<": 9,
  "<=": 9,
  ">": 9,
  ">=": 9,
  "===": 8,
  "!==": 8,
  "&&": 4,
  "||": 3,
};
const conditional = 2;

export function expressionText(value: Scalar, context: ExpressionContext): string {
  return expression(value, context).text;
}

function expression(value: Scalar, context: ExpressionContext): Code {
  switch (value.kind) {
    case "literal":
      return literal(value.value, value.dtype);
    case "size":
      return dimCode(value.dim);
    case "index":
      return indexCode(value.index, context);
    case "local":
      return { text: context.nameOfLocal(value), binds: atom };
    case "load":
      return load(value, context);
    case "apply":
      return apply(value, context);
    case "total":
      return value.terms.map((term) => expression(term.value, context)).reduce(plus);
    case "element":
      throw new Error("an element without a place");
  }
}

export function literal(value: number, dtype: DType): Code {
  if (dtype === "bool") return { text: value === 0 ? "false" : "true", binds: atom };
  const negative = value < 0 || Object.is(value, -0);
  const text = Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
  return {
    text,
    binds: negative ? unary : atom,
    ...(negative ? { operator: "-" } : {}),
    ...(value < 0 ? { negated: literal(-value, dtype) } : {}),
  };
}

function load(
  { buffer, shape, index }: Extract<Scalar, { kind: "load" }>,
  context: ExpressionContext,
): Code {
  const text = `${context.nameOfBuffer(buffer)}[${flatPosition(shape, index, context)}]${context.typed ? "!" : ""}`;
  return buffer.dtype === "bool"
    ? { text: `${text} !== 0`, binds: 8, operator: "!==" }
    : { text, binds: atom };
}

/** The row-major position of an index: `i * 128 + j`. */
export function flatPosition(
  shape: Shape,
  index: readonly Index[],
  context: ExpressionContext,
): string {
  let position: Code | null = null;
  shape.forEach((dim, axis) => {
    const here = indexCode(nth(index, axis), context);
    if (position === null || position.text === "0") position = here;
    else {
      const scaled = dim === 1 ? position : infix("*", position, dimCode(dim));
      position = here.text === "0" ? scaled : infix("+", scaled, here);
    }
  });
  return (position ?? literal(0, "i32")).text;
}

function indexCode({ variable, stride, offset }: Index, context: ExpressionContext): Code {
  if (variable === null) return dimCode(offset);
  const base: Code = isLoop(variable)
    ? { text: context.nameOfLoop(resolve(variable)), binds: atom }
    : expression(variable, context);
  if (stride < 0) {
    const subtrahend = stride === -1 ? base : infix("*", base, literal(-stride, "i32"));
    return infix("-", dimCode(offset), subtrahend);
  }
  const scaled = stride === 1 ? base : infix("*", base, literal(stride, "i32"));
  if (offset === 0) return scaled;
  return typeof offset === "number" && offset < 0
    ? infix("-", scaled, literal(-offset, "i32"))
    : infix("+", scaled, dimCode(offset));
}

/** A dimension as an expression over its named sizes. */
export function dimCode(dim: Dim): Code {
  if (typeof dim === "number") return literal(dim, "i32");
  const text = dim.replaceAll("*", " * ").replaceAll("floor(", "Math.floor(");
  if (parseDim(dim) === undefined) throw new Error(`not a dimension: ${dim}`);
  if (/^[A-Za-z_$][\w$]*$/.test(dim) || /^floor\([^)]*\)$/.test(dim)) return { text, binds: atom };
  const isSum = / [+-] /.test(dim.replaceAll(/floor\(.*?\/ \d+\)/g, "floor"));
  return isSum ? { text, binds: 11, operator: "+" } : { text, binds: 12, operator: "*" };
}

function apply(
  { node, arguments: given }: Extract<Scalar, { kind: "apply" }>,
  context: ExpressionContext,
): Code {
  const lowering = node.op.lowering;
  if (lowering.kind !== "scalar") throw new Error(`${node.op.name} is not elementwise`);
  const dtypes = node.inputs.map((x) => x.type.dtype);
  const operands = given.map((argument) => expression(argument, context));
  return applyCode(lowering.code, operands, dtypes, node.type.dtype, context);
}

function applyCode(
  code: ScalarCode,
  operands: readonly Code[],
  from: readonly DType[],
  to: DType,
  context: ExpressionContext,
): Code {
  const numbers = () =>
    operands.map((operand, i) => (from[i] === "bool" ? asNumber(operand) : operand));
  switch (code.kind) {
    case "infix": {
      const logical = code.operator === "&&" || code.operator === "||";
      const [a, b] = logical ? operands : numbers();
      return code.operator === "+" ? plus(at(a), at(b)) : infix(code.operator, at(a), at(b));
    }
    case "prefix":
      return prefix(code.operator, at(code.operator === "!" ? operands[0] : numbers()[0]));
    case "call":
      return call(code.callee, [
        ...numbers(),
        ...(code.trailing ?? []).map((value) => literal(value, "f64")),
      ]);
    case "runtime":
      return call(context.runtime(code.callee), numbers());
    case "select": {
      const [condition, a, b] = operands;
      const arms =
        to === "bool"
          ? [at(a), at(b)]
          : [
              at(from[1] === "bool" ? asNumber(at(a)) : a),
              at(from[2] === "bool" ? asNumber(at(b)) : b),
            ];
      return choose(at(condition), at(arms[0]), at(arms[1]));
    }
    case "convert":
      return convert(at(operands[0]), from[0] ?? "f64", to);
  }
}

function at(code: Code | undefined): Code {
  if (code === undefined) throw new Error("an operand is missing");
  return code;
}

function asNumber(condition: Code): Code {
  return choose(condition, literal(1, "i32"), literal(0, "i32"));
}

function convert(operand: Code, from: DType, to: DType): Code {
  if (to === "bool") return from === "bool" ? operand : infix("!==", operand, literal(0, "i32"));
  if (from === "bool") return asNumber(operand);
  return to === "i32" && from !== "i32" ? call("Math.trunc", [operand]) : operand;
}

function call(callee: string, operands: readonly Code[]): Code {
  return {
    text: `${callee}(${operands.map((operand) => operand.text).join(", ")})`,
    binds: atom,
  };
}

function prefix(operator: string, operand: Code): Code {
  const repeated = operand.binds === unary && operand.operator === operator;
  const inner = operand.binds < unary || repeated ? `(${operand.text})` : operand.text;
  return { text: operator + inner, binds: unary, operator, negated: operand };
}

function choose(condition: Code, a: Code, b: Code): Code {
  const test = condition.binds <= conditional ? `(${condition.text})` : condition.text;
  const [yes, no] = [a, b].map((arm) => (arm.binds <= conditional ? `(${arm.text})` : arm.text));
  return { text: `${test} ? ${yes} : ${no}`, binds: conditional };
}

/** Never re-associates: a right operand of equal binding keeps its parentheses. */
export function infix(operator: string, a: Code, b: Code): Code {
  const binds = nth([bindings[operator]], 0) ?? 0;
  const left = needsParentheses(operator, binds, a, false) ? `(${a.text})` : a.text;
  const right = needsParentheses(operator, binds, b, true) ? `(${b.text})` : b.text;
  const isProduct = operator === "*" || operator === "/";
  const code = { text: `${left} ${operator} ${right}`, binds, operator };
  if (!isProduct || a.negated === undefined) return code;
  return { ...code, negated: infix(operator, a.negated, b) };
}

/** `a + -b * c` is `a - b * c`, to the last bit. */
function plus(a: Code, b: Code): Code {
  return b.negated === undefined ? infix("+", a, b) : infix("-", a, b.negated);
}

function needsParentheses(
  operator: string,
  binds: number,
  operand: Code,
  isRight: boolean,
): boolean {
  if (operator === "**") return operand.binds <= (isRight ? 12 : unary);
  if (operand.binds < binds) return true;
  if (operand.binds === binds && (isRight || !flattens(operator, operand.operator))) return true;
  // The formatter sets off a remainder in a sum, and mixed logic.
  if (operand.operator === "%" && (operator === "+" || operator === "-")) return true;
  return operator === "||" && operand.operator === "&&";
}

/** Whether the formatter lets two operators of one binding stand in a row without parentheses. */
function flattens(outer: string, inner: string | undefined): boolean {
  if (outer === "*" || outer === "/" || outer === "%") return outer === inner && outer !== "%";
  if (bindings[outer] === 8 || bindings[outer] === 9) return false;
  return true;
}

/** `total += value`, `best = Math.max(best, value)`. */
export function combineText(
  target: string,
  read: string,
  combine: Combine | null,
  value: Scalar,
  context: ExpressionContext,
): string {
  const code = expression(value, context);
  switch (combine) {
    case null:
      return `${target} = ${code.text}`;
    case "add":
      return subtractText(target, code) ?? `${target} += ${code.text}`;
    case "multiply":
      return `${target} *= ${code.text}`;
    case "max":
    case "min":
      return `${target} = Math.${combine}(${read}, ${code.text})`;
    case "or":
    case "and":
      return `${target} = ${infix(combine === "or" ? "||" : "&&", { text: read, binds: atom }, code).text}`;
  }
}

/** `x += -y` is `x -= y`. */
function subtractText(target: string, code: Code): string | null {
  return code.negated === undefined ? null : `${target} -= ${code.negated.text}`;
}

/** The text of a condition that holds where another does not. */
export function negated(test: string): string {
  return `!${/^[\w$]+$/.test(test) ? test : `(${test})`}`;
}
