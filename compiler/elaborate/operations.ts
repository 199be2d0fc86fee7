import type { Span } from "../diagnostic.js";
import type { Attr } from "../ir/node.js";
import type { Op, Parameter } from "../ir/op.js";
import { applyOperation } from "./apply.js";
import { readAttribute, type AttributePlace } from "./attributes.js";
import type { Context, Placed } from "./context.js";
import { optionFor } from "./foreign.js";
import type { Scope } from "./scopes.js";
import { didYouMean } from "./suggest.js";
import { describe, numberValue, POISON, type Value } from "./values.js";

/** The call of a registered operation: arguments by position and by keyword. */
export interface OperationCall {
  readonly op: Op;
  readonly positional: readonly Placed[];
  readonly named: ReadonlyMap<string, Placed>;
  readonly span: Span;
  readonly scope: Scope;
}

/** `softmax(x, axis = -1)`. */
export function signature({ name, parameters }: Op): string {
  const shown = parameters.map(({ name: key, kind, default: fallback }) =>
    kind.kind === "rest"
      ? `...${key}`
      : kind.kind === "operands"
        ? `[...${key}]`
        : fallback === undefined
          ? key
          : `${key} = ${JSON.stringify(fallback)}`,
  );
  return `${name}(${shown.join(", ")})`;
}

export function callOperation(context: Context, call: OperationCall): Value {
  const assigned = assign(context, call);
  if (assigned === undefined) return POISON;
  const place: AttributePlace = {
    operation: call.op.name,
    sizes: call.scope.frame.sizes,
  };
  const operands: Placed[] = [];
  const attrs: Record<string, Attr> = {};
  let valid = true;
  for (const parameter of call.op.parameters) {
    const given = assigned.get(parameter) ?? [];
    if (isOperand(parameter)) {
      const read = readOperands(context, call, parameter, given);
      // What follows a list without brackets has slipped into other parameters.
      if (read === undefined) return POISON;
      operands.push(...read);
      continue;
    }
    const attr = attributeOf(context, parameter, given[0], place);
    if (attr === undefined) valid = false;
    else attrs[parameter.name] = attr;
  }
  if (!valid) return POISON;
  return applyOperation(context, call.op, operands, attrs, call.span);
}

function isOperand({ kind }: Parameter): boolean {
  return ["operand", "operands", "rest"].includes(kind.kind);
}

/** Which arguments go to which parameter; undefined where the call does not fit, which is reported. */
function assign(
  context: Context,
  call: OperationCall,
): ReadonlyMap<Parameter, readonly Placed[]> | undefined {
  const { op, positional, span } = call;
  const assigned = new Map<Parameter, readonly Placed[]>();
  let next = 0;
  for (const parameter of op.parameters) {
    if (next >= positional.length) break;
    const end = parameter.kind.kind === "rest" ? positional.length : next + 1;
    assigned.set(parameter, positional.slice(next, end));
    next = end;
  }
  if (next < positional.length) {
    refuseCount(context, call, positional.length);
    return undefined;
  }
  if (!assignNamed(context, call, assigned)) return undefined;
  const missing = op.parameters.find(
    (parameter) =>
      parameter.default === undefined && parameter.kind.kind !== "rest" && !assigned.has(parameter),
  );
  if (missing === undefined) return assigned;
  context.error("FG202", `${op.name} needs \`${missing.name}\``, span, {
    accepted: signature(op),
  });
  return undefined;
}

function refuseCount(context: Context, { op, span }: OperationCall, found: number): void {
  const most = op.parameters.length;
  const least = op.parameters.filter(({ default: fallback }) => fallback === undefined).length;
  const count = least === most ? `${most}` : `${least} to ${most}`;
  const noun = count === "1" ? "argument" : "arguments";
  context.error("FG202", `${op.name} takes ${count} ${noun}, but here are ${found}`, span, {
    accepted: signature(op),
  });
}

function assignNamed(
  context: Context,
  { op, named }: OperationCall,
  assigned: Map<Parameter, readonly Placed[]>,
): boolean {
  let valid = true;
  for (const [key, argument] of named) {
    const parameter = op.parameters.find(({ name }) => name === key);
    if (parameter !== undefined && !assigned.has(parameter)) {
      assigned.set(parameter, [argument]);
      continue;
    }
    valid = false;
    const keys = op.parameters.map(({ name }) => name);
    if (parameter === undefined) {
      context.error("FG203", `${op.name} has no option \`${key.slice(0, 40)}\``, argument.span, {
        accepted: signature(op),
        hint: didYouMean(key, keys, optionFor(key, keys)),
      });
    } else {
      context.error("FG202", `${op.name}: \`${key}\` is given twice`, argument.span, {
        accepted: signature(op),
      });
    }
  }
  return valid;
}

function readOperands(
  context: Context,
  call: OperationCall,
  parameter: Parameter,
  given: readonly Placed[],
): readonly Placed[] | undefined {
  const [first] = given;
  if (parameter.kind.kind === "operands" && first !== undefined)
    return listElements(context, call, parameter, first);
  if (first !== undefined || parameter.kind.kind === "rest") return given;
  const { default: fallback } = parameter;
  return typeof fallback === "number"
    ? [{ value: numberValue(fallback), span: { file: "", start: 0, end: 0 } }]
    : [];
}

/** The elements of a list of operands, each where it is written if the list is. */
function listElements(
  context: Context,
  call: OperationCall,
  { name }: Parameter,
  { value, span, expression }: Placed,
): readonly Placed[] | undefined {
  const { op } = call;
  if (value.kind === "poison") return undefined;
  if (value.kind === "tuple" && value.elements.length > 0) {
    const written = expression?.kind === "array" ? expression.elements : [];
    return value.elements.map((element, i) => ({
      value: element,
      span: written[i]?.span ?? span,
    }));
  }
  context.error("FG215", `${op.name}: \`${name}\` cannot be ${describe(value)}`, span, {
    accepted: "a list of one or more values",
    hint: `write the values in brackets: ${op.name}([${listed(call)}])`,
  });
  return undefined;
}

/** The arguments of a call by their names, if all have one. */
function listed({ positional }: OperationCall): string {
  const names = positional.flatMap(({ expression }) =>
    expression?.kind === "name" ? [expression.name.slice(0, 20)] : [],
  );
  return names.length === positional.length ? names.join(", ") : "a, b";
}

function attributeOf(
  context: Context,
  parameter: Parameter,
  given: Placed | undefined,
  place: AttributePlace,
): Attr | undefined {
  const { kind, default: fallback } = parameter;
  if (given === undefined) return fallback;
  if (kind.kind === "operand" || kind.kind === "operands" || kind.kind === "rest") return undefined;
  return readAttribute(context, parameter, kind, given, place);
}
