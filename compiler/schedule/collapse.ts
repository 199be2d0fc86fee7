import { dimMul } from "../ir/dim.js";
import type { Shape } from "../ir/type.js";
import { isLoop } from "./element.js";
import { along } from "./position.js";
import { resolve, type Index, type Loop, type Scalar, type Statement } from "./program.js";
import { bodiesOf, visitScalars } from "./tidy.js";

/**
 * Two loops over consecutive axes that everything inside walks in step become
 * one: an elementwise stage without broadcasting is a single loop.
 */
export function collapseLoops(statements: readonly Statement[]): readonly Statement[] {
  return statements.map((statement) => {
    if (statement.kind === "if") {
      return {
        ...statement,
        then: collapseLoops(statement.then),
        otherwise: collapseLoops(statement.otherwise),
      };
    }
    if (statement.kind === "repeat") return { ...statement, body: collapseLoops(statement.body) };
    if (statement.kind !== "loop") return statement;
    const body = collapseLoops(statement.body);
    const [inner] = body;
    const nested: Statement = { ...statement, body };
    if (body.length !== 1 || inner?.kind !== "loop") return nested;
    const [outerLoop, innerLoop] = [resolve(statement.loop), resolve(inner.loop)];
    if (!inner.body.every((each) => walksInStep(each, outerLoop, innerLoop))) return nested;
    const merged: Loop = { extent: dimMul(outerLoop.extent, innerLoop.extent) };
    return {
      kind: "loop",
      loop: merged,
      body: inner.body.map((each) => mergeIn(each, outerLoop, innerLoop, merged)),
    };
  });
}

interface Access {
  readonly shape: Shape;
  readonly index: readonly Index[];
}

/** Every use of the two loops is as indices of consecutive axes of their extents. */
function walksInStep(statement: Statement, outer: Loop, inner: Loop): boolean {
  if (statement.kind === "matmul" || statement.kind === "kernel" || statement.kind === "fill")
    return false;
  let holds = true;
  visitAccesses(statement, (access) => {
    holds &&= pairAt(access, outer, inner) !== null;
  });
  visitScalars(statement, (value) => {
    if (value.kind === "index" && mentions(value.index, outer, inner)) holds = false;
  });
  return (
    holds &&
    bodiesOf(statement).every((body) => body.every((each) => walksInStep(each, outer, inner)))
  );
}

function visitAccesses(statement: Statement, visit: (access: Access) => void): void {
  if (statement.kind === "store") visit(statement);
  visitScalars(statement, (value) => {
    if (value.kind === "load") visit(value);
  });
}

function mentions({ variable }: Index, outer: Loop, inner: Loop): boolean {
  return isLoop(variable) && (resolve(variable) === outer || resolve(variable) === inner);
}

/** The axis of the outer loop where the inner one follows; -1 if neither is used; null if they cannot merge. */
function pairAt({ shape, index }: Access, outer: Loop, inner: Loop): number | null {
  const used = index.flatMap((position, axis) => (mentions(position, outer, inner) ? [axis] : []));
  if (used.length === 0) return -1;
  const [first, second] = used;
  if (first === undefined || second !== first + 1 || used.length !== 2) return null;
  const inOrder = isExactly(index[first], outer) && isExactly(index[second], inner);
  return inOrder && shape[second] === inner.extent ? first : null;
}

function isExactly(position: Index | undefined, loop: Loop): boolean {
  if (position === undefined) return false;
  const { variable, stride, offset } = position;
  return isLoop(variable) && resolve(variable) === loop && stride === 1 && offset === 0;
}

function mergeIn(statement: Statement, outer: Loop, inner: Loop, merged: Loop): Statement {
  const access = <T extends Access>(given: T): T => {
    const axis = pairAt(given, outer, inner);
    if (axis === null || axis < 0) return given;
    const shape = given.shape.toSpliced(
      axis,
      2,
      dimMul(given.shape[axis] ?? 1, given.shape[axis + 1] ?? 1),
    );
    return { ...given, shape, index: given.index.toSpliced(axis, 2, along(merged)) };
  };
  const value = (scalar: Scalar): Scalar => {
    switch (scalar.kind) {
      case "load":
        return access({ ...scalar, index: scalar.index.map(position) });
      case "index":
        return { ...scalar, index: position(scalar.index) };
      case "apply":
        return { ...scalar, arguments: scalar.arguments.map(value) };
      case "total":
        return {
          ...scalar,
          terms: scalar.terms.map((term) => ({ ...term, value: value(term.value) })),
        };
      default:
        return scalar;
    }
  };
  const position = (index: Index): Index => {
    const { variable } = index;
    return variable === null || isLoop(variable) ? index : { ...index, variable: value(variable) };
  };
  const each = (inside: readonly Statement[]) =>
    inside.map((one) => mergeIn(one, outer, inner, merged));
  switch (statement.kind) {
    case "define":
    case "update":
      return { ...statement, value: value(statement.value) };
    case "store":
      return access({
        ...statement,
        index: statement.index.map(position),
        value: value(statement.value),
      });
    case "loop":
      return { ...statement, body: each(statement.body) };
    case "if":
      return {
        ...statement,
        condition: value(statement.condition),
        then: each(statement.then),
        otherwise: each(statement.otherwise),
      };
    default:
      return statement;
  }
}
