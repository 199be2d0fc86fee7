import type { Combine, ScalarCode } from "../../ir/op.js";
import { isFloat, type DType, type Shape } from "../../ir/type.js";
import { isLoop } from "../../schedule/element.js";
import {
  resolve,
  type Buffer,
  type Index,
  type Local,
  type Loop,
  type Scalar,
} from "../../schedule/program.js";
import { dimWat } from "./dims.js";
import { add, i32, multiply, number, type Wat } from "./wat.js";

/**
 * Expressions on single numbers. Floats of either precision are f64 here, as
 * they are in JavaScript, and rounded when stored; integers and truth values
 * are i32.
 */
export interface ScalarContext {
  loop(loop: Loop): Wat;
  /** The variable's value: f64 for floats, i32 else. */
  local(local: Local): Wat;
  /** Where a buffer begins, in bytes. */
  address(buffer: Buffer): Wat;
  size(name: string): Wat;
  /** Notes a function of numbers of the host; returns its name in the module. */
  host(callee: string, arity: number): string;
}

/** An expression and the dtype of the value it stands for. */
export interface Typed {
  readonly wat: Wat;
  readonly dtype: DType;
}

export function scalarWat(value: Scalar, context: ScalarContext): Wat {
  switch (value.kind) {
    case "literal":
      return isFloat(value.dtype) ? float(value.value) : i32(wholeNumber(value.value));
    case "size":
      return dimWat(value.dim, (name) => context.size(name));
    case "index":
      return indexWat(value.index, context);
    case "local":
      return context.local(value);
    case "load":
      return loadWat(value.buffer, value.shape, value.index, context);
    case "apply":
      return applied(value, context);
    case "total":
      return totalWat(value, context);
    case "element":
      throw new Error("an element without a place");
  }
}

export function dtypeOf(value: Scalar): DType {
  switch (value.kind) {
    case "literal":
    case "local":
      return value.dtype;
    case "size":
    case "index":
      return "i32";
    case "load":
      return value.buffer.dtype;
    case "element":
      return value.of.type.dtype;
    case "apply":
    case "total":
      return value.node.type.dtype;
  }
}

/** The value as one of another dtype. */
export function scalarAs(to: DType, value: Scalar, context: ScalarContext): Wat {
  return convert({ wat: scalarWat(value, context), dtype: dtypeOf(value) }, to);
}

export function convert({ wat, dtype }: Typed, to: DType): Wat {
  if (to === "bool") {
    if (dtype === "bool") return wat;
    return isFloat(dtype) ? `(f64.ne ${wat} (f64.const 0))` : `(i32.ne ${wat} (i32.const 0))`;
  }
  if (isFloat(to)) return isFloat(dtype) ? wat : `(f64.convert_i32_s ${wat})`;
  return isFloat(dtype) ? `(i32.trunc_sat_f64_s ${wat})` : wat;
}

export function float(value: number): Wat {
  return `(f64.const ${number(value)})`;
}

/** An infinity, where a largest or smallest integer is sought, is the end of their range. */
function wholeNumber(value: number): number {
  if (value === Infinity) return 2 ** 31 - 1;
  return value === -Infinity ? -(2 ** 31) : Math.trunc(value) || 0;
}

function totalWat(
  { node, terms }: Extract<Scalar, { kind: "total" }>,
  context: ScalarContext,
): Wat {
  const type = watType(node.type.dtype);
  return terms
    .map(({ value }) => scalarAs(node.type.dtype, value, context))
    .reduce((a, b) => `(${type}.add ${a} ${b})`);
}

/** How a dtype is held in variables. */
export function watType(dtype: DType): "f64" | "i32" {
  return isFloat(dtype) ? "f64" : "i32";
}

// Memory

/** The row-major position of an index, in elements. */
export function positionWat(shape: Shape, index: readonly Index[], context: ScalarContext): Wat {
  return shape.reduce<Wat>((position, dim, axis) => {
    const here = index[axis];
    if (here === undefined) throw new Error("an index is missing");
    // The size of the first axis does not matter: on a tape it is not known.
    if (axis === 0) return indexWat(here, context);
    const scaled = multiply(
      position,
      dimWat(dim, (name) => context.size(name)),
    );
    return add(scaled, indexWat(here, context));
  }, i32(0));
}

function indexWat({ variable, stride, offset }: Index, context: ScalarContext): Wat {
  const start = dimWat(offset, (name) => context.size(name));
  if (variable === null) return start;
  const base = isLoop(variable)
    ? context.loop(resolve(variable))
    : scalarAs("i32", variable, context);
  return add(multiply(base, i32(stride)), start);
}

const shifts: Readonly<Record<DType, number>> = { f32: 2, f64: 3, i32: 2, bool: 0 };

/** Bytes of so many elements. */
export function bytesWat(dtype: DType, elements: Wat): Wat {
  return multiply(elements, i32(2 ** shifts[dtype]));
}

function elementAddress(
  buffer: Buffer,
  shape: Shape,
  index: readonly Index[],
  context: ScalarContext,
): Wat {
  return add(context.address(buffer), bytesWat(buffer.dtype, positionWat(shape, index, context)));
}

export function loadWat(
  buffer: Buffer,
  shape: Shape,
  index: readonly Index[],
  context: ScalarContext,
): Wat {
  return loadAt(buffer.dtype, elementAddress(buffer, shape, index, context));
}

export function loadAt(dtype: DType, address: Wat): Wat {
  switch (dtype) {
    case "f32":
      return `(f64.promote_f32 (f32.load ${address}))`;
    case "f64":
      return `(f64.load ${address})`;
    case "i32":
      return `(i32.load ${address})`;
    case "bool":
      return `(i32.load8_u ${address})`;
  }
}

export function storeAt(dtype: DType, address: Wat, value: Wat): Wat {
  switch (dtype) {
    case "f32":
      return `(f32.store ${address} (f32.demote_f64 ${value}))`;
    case "f64":
      return `(f64.store ${address} ${value})`;
    case "i32":
      return `(i32.store ${address} ${value})`;
    case "bool":
      return `(i32.store8 ${address} ${value})`;
  }
}

/** `place = place ∘ value`; the address must be cheap, since it is written twice. */
export function combineWat(combine: Combine, dtype: DType, a: Wat, b: Wat): Wat {
  const type = watType(dtype);
  switch (combine) {
    case "add":
      return `(${type}.add ${a} ${b})`;
    case "multiply":
      return `(${type}.mul ${a} ${b})`;
    case "max":
    case "min":
      if (type === "f64") return `(f64.${combine} ${a} ${b})`;
      return integerExtreme(combine, a, b);
    case "or":
    case "and":
      return `(i32.${combine} ${a} ${b})`;
  }
}

function integerExtreme(combine: "max" | "min", a: Wat, b: Wat): Wat {
  return `(select ${a} ${b} (i32.${combine === "max" ? "gt_s" : "lt_s"} ${a} ${b}))`;
}

// Operations

function applied(
  { node, arguments: given }: Extract<Scalar, { kind: "apply" }>,
  context: ScalarContext,
): Wat {
  const { lowering } = node.op;
  if (lowering.kind !== "scalar") throw new Error(`${node.op.name} is not elementwise`);
  const operands = given.map((each) => ({
    wat: scalarWat(each, context),
    dtype: dtypeOf(each),
  }));
  return applyWat(lowering.code, operands, node.type.dtype, context);
}

const comparisons: Readonly<Record<string, readonly [f64: string, i32: string]>> = {
  "<": ["lt", "lt_s"],
  "<=": ["le", "le_s"],
  ">": ["gt", "gt_s"],
  ">=": ["ge", "ge_s"],
  "===": ["eq", "eq"],
  "!==": ["ne", "ne"],
};
const arithmetic: Readonly<Record<string, string>> = { "+": "add", "-": "sub", "*": "mul" };

/** An elementwise operation on single numbers. */
export function applyWat(
  code: ScalarCode,
  operands: readonly Typed[],
  to: DType,
  context: Pick<ScalarContext, "host">,
): Wat {
  switch (code.kind) {
    case "infix":
      return infixWat(code.operator, operands, to, context);
    case "prefix": {
      const [a] = operandsAs(code.operator === "!" ? "bool" : to, operands);
      if (code.operator === "!") return `(i32.eqz ${a})`;
      return isFloat(to) ? `(f64.neg ${a})` : `(i32.sub (i32.const 0) ${a})`;
    }
    case "call": {
      const trailing = (code.trailing ?? []).map((value) => ({
        wat: float(value),
        dtype: "f64" as const,
      }));
      return callWat(code.callee, [...operands, ...trailing], to, context);
    }
    case "runtime":
      return callWat(code.callee, operands, to, context);
    case "select": {
      const [condition, ...arms] = operands;
      if (condition === undefined) throw new Error("a choice without a condition");
      const [a, b] = operandsAs(to, arms);
      return `(if (result ${watType(to)}) ${convert(condition, "bool")} (then ${a}) (else ${b}))`;
    }
    case "convert":
      return operandsAs(to, operands).join();
  }
}

function operandsAs(to: DType, operands: readonly Typed[]): readonly Wat[] {
  return operands.map((operand) => convert(operand, to));
}

function infixWat(
  operator: string,
  operands: readonly Typed[],
  to: DType,
  context: Pick<ScalarContext, "host">,
): Wat {
  if (operator === "&&" || operator === "||") {
    const [a, b] = operandsAs("bool", operands);
    const arms = operator === "&&" ? [b, "(i32.const 0)"] : ["(i32.const 1)", b];
    return `(if (result i32) ${a} (then ${arms[0]}) (else ${arms[1]}))`;
  }
  const comparison = comparisons[operator];
  if (comparison !== undefined) {
    const isReal = operands.some(({ dtype }) => isFloat(dtype));
    const [a, b] = operandsAs(isReal ? "f64" : "i32", operands);
    return isReal ? `(f64.${comparison[0]} ${a} ${b})` : `(i32.${comparison[1]} ${a} ${b})`;
  }
  const name = arithmetic[operator];
  if (name !== undefined) {
    const [a, b] = operandsAs(to, operands);
    return `(${watType(to)}.${name} ${a} ${b})`;
  }
  const [a, b] = operandsAs("f64", operands);
  const value =
    operator === "/" ? `(f64.div ${a} ${b})` : `(call $${context.host("remainder", 2)} ${a} ${b})`;
  return convert({ wat: value, dtype: "f64" }, to);
}

/** Functions that are instructions. */
const instructions: Readonly<Record<string, string>> = {
  "Math.sqrt": "sqrt",
  "Math.abs": "abs",
  "Math.floor": "floor",
  "Math.ceil": "ceil",
  "Math.trunc": "trunc",
  "Math.max": "max",
  "Math.min": "min",
  roundHalfToEven: "nearest",
};

function callWat(
  callee: string,
  operands: readonly Typed[],
  to: DType,
  context: Pick<ScalarContext, "host">,
): Wat {
  const values = operandsAs("f64", operands).join(" ");
  const instruction = instructions[callee];
  const value =
    instruction === undefined
      ? `(call $${context.host(callee, operands.length)} ${values})`
      : `(f64.${instruction} ${values})`;
  return convert({ wat: value, dtype: "f64" }, to);
}
