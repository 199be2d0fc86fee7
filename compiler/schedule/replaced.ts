import { isLoop } from "./element.js";
import type { Index, Scalar, Statement } from "./program.js";

/** What stands instead of a part of an expression; null to leave it as it is. */
type Instead = (value: Scalar) => Scalar | null;

/** A statement and all inside it with parts of expressions replaced. */
export function mapScalars(statement: Statement, instead: Instead): Statement {
  const value = (scalar: Scalar) => replaced(scalar, instead);
  const each = (body: readonly Statement[]) => body.map((inner) => mapScalars(inner, instead));
  switch (statement.kind) {
    case "define":
    case "update":
      return { ...statement, value: value(statement.value) };
    case "store": {
      const index = statement.index.map((position) => replacedIn(position, instead));
      return { ...statement, index, value: value(statement.value) };
    }
    case "if": {
      const { condition, otherwise, then } = statement;
      return {
        ...statement,
        condition: value(condition),
        then: each(then),
        otherwise: each(otherwise),
      };
    }
    case "loop":
      return { ...statement, body: each(statement.body) };
    case "repeat": {
      const { body, range } = statement;
      const bounds = range && {
        ...range,
        start: value(range.start),
        stop: value(range.stop),
      };
      return { ...statement, range: bounds, body: each(body) };
    }
    case "leave":
      return { ...statement, unless: value(statement.unless) };
    case "grow":
      return { ...statement, length: value(statement.length) };
    case "checkIndices":
      return statement.value.kind === "buffer"
        ? statement
        : { ...statement, value: value(statement.value) };
    default:
      return statement;
  }
}

function replaced(scalar: Scalar, instead: Instead): Scalar {
  const other = instead(scalar);
  if (other !== null) return other;
  switch (scalar.kind) {
    case "apply":
      return { ...scalar, arguments: scalar.arguments.map((part) => replaced(part, instead)) };
    case "total":
      return {
        ...scalar,
        terms: scalar.terms.map((term) => ({ ...term, value: replaced(term.value, instead) })),
      };
    case "load":
      return {
        ...scalar,
        index: scalar.index.map((position) => replacedIn(position, instead)),
      };
    case "index":
      return { ...scalar, index: replacedIn(scalar.index, instead) };
    default:
      return scalar;
  }
}

function replacedIn(position: Index, instead: Instead): Index {
  const { variable } = position;
  return variable === null || isLoop(variable)
    ? position
    : { ...position, variable: replaced(variable, instead) };
}
