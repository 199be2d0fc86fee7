import { collectingScope } from "../math/collectingScope.js";
import { interleave, type VectorScope } from "../math/scope.js";
import { type Epilogue, type FinishedCode, operandNames } from "./epilogue.js";
import type { Lanes } from "./lanes.js";
import { storeLanesName } from "./rows.js";
import {
  add,
  advance,
  call,
  choose,
  get,
  i32,
  lines,
  locals,
  params,
  repeatWhile,
  set,
  upTo,
} from "./text.js";

/** What a function that finishes sums is made for. */
export interface Finish {
  readonly name: string;
  readonly lanes: Lanes;
  readonly epilogue: Epilogue;
  /** Whether C is added to the sums first. */
  readonly adds: boolean;
}

/** Vectors of a whole row of a panel. */
const panelVectors = 2;

/**
 * A function that takes `rows` rows of sums from `from`, `fromRow` bytes
 * apart, and stores what the epilogue makes of them. Most rows are those of a
 * whole panel, so they get code of their own, without tests.
 */
export function finishFunction(finish: Finish): string {
  const { epilogue, lanes, name } = finish;
  const names = operandNames(epilogue);
  const scope = collectingScope();
  const whole = wholeRows(finish, scope);
  const any = anyRows(finish, scope);
  return lines(
    `(func $${name} ${params("from", "fromRow", "c", "cRow", "rows", "columns", ...names)}`,
    locals("i32", "at", "left"),
    locals("v128", ...upTo(panelVectors).flatMap((v) => vectorLocals(names, v))),
    scope.declarations(),
    choose(`(i32.eq ${get("columns")} ${i32(panelVectors * lanes.count)})`, whole, any),
    ")",
  );
}

const sumName = (v: number): string => `sum.${v}`;
const valueName = (operand: string, v: number): string => `${operand}.${v}`;

const vectorLocals = (operands: readonly string[], v: number): readonly string[] => [
  sumName(v),
  ...operands.map((operand) => valueName(operand, v)),
];

function wholeRows(finish: Finish, scope: VectorScope): readonly string[] {
  const { epilogue } = finish;
  const vectors = upTo(panelVectors);
  const load = (kinds: readonly string[]): readonly string[] =>
    vectors.flatMap((v) => loadOperands(finish, v, kinds, (pointer) => pointer, 16 * v));
  const codes = vectors.map((v) => finishVector(epilogue, v, scope));
  return [
    ...load(["row", "scalar"]),
    repeatWhile(
      get("rows"),
      ...vectors.flatMap((v) => loadSum(finish, v, (pointer) => pointer, 16 * v)),
      ...load(["matrix", "column"]),
      ...interleave(codes.map(({ statements }) => statements)),
      ...codes.flatMap((code, v) =>
        results(epilogue, code).map(
          ([pointer, value]) => `(v128.store offset=${16 * v} ${get(pointer)} ${value})`,
        ),
      ),
      ...nextRow(finish),
    ),
  ];
}

function anyRows(finish: Finish, scope: VectorScope): readonly string[] {
  const { epilogue, lanes } = finish;
  const at = (pointer: string): string => add(pointer, get("at"));
  const code = finishVector(epilogue, 0, scope);
  return [
    repeatWhile(
      get("rows"),
      set("at", i32(0)),
      set("left", get("columns")),
      repeatWhile(
        `(i32.gt_s ${get("left")} (i32.const 0))`,
        ...loadSum(finish, 0, at, 0),
        ...loadOperands(finish, 0, ["matrix", "row", "column", "scalar"], at, 0),
        ...code.statements,
        ...results(epilogue, code).map(([pointer, value]) =>
          call(storeLanesName(lanes), at(get(pointer)), value, get("left")),
        ),
        advance("at", i32(16)),
        advance("left", i32(-lanes.count)),
      ),
      ...nextRow(finish),
    ),
  ];
}

function finishVector(epilogue: Epilogue, v: number, scope: VectorScope): FinishedCode {
  const values = operandNames(epilogue).map((operand) => get(valueName(operand, v)));
  return epilogue.finish(get(sumName(v)), values, scope);
}

/** Pointers and what is stored there. */
function results(
  { operands }: Epilogue,
  { stored, value }: FinishedCode,
): readonly (readonly [pointer: string, value: string])[] {
  const pointers = operands.flatMap((operand, i) =>
    operand.kind === "matrix" && operand.stored ? [`operand${i}`] : [],
  );
  return [
    ["c", value],
    ...stored.map((text, i): readonly [string, string] => [pointers[i] ?? "c", text]),
  ];
}

function loadSum(
  { adds, lanes }: Finish,
  v: number,
  at: (pointer: string) => string,
  offset: number,
): readonly string[] {
  const load = (pointer: string): string => `(v128.load offset=${offset} ${at(get(pointer))})`;
  const sum = adds ? `(${lanes.vector}.add ${load("from")} ${load("c")})` : load("from");
  return [set(sumName(v), sum)];
}

function loadOperands(
  { epilogue, lanes }: Finish,
  v: number,
  kinds: readonly string[],
  at: (pointer: string) => string,
  offset: number,
): readonly string[] {
  return epilogue.operands.flatMap(({ kind }, i) => {
    if (!kinds.includes(kind)) return [];
    const pointer = get(`operand${i}`);
    const perColumn = kind === "matrix" || kind === "row";
    const value = perColumn
      ? `(v128.load offset=${offset} ${at(pointer)})`
      : `(${lanes.loadSplat} ${pointer})`;
    return [set(valueName(`operand${i}`, v), value)];
  });
}

function nextRow({ epilogue, lanes }: Finish): readonly string[] {
  const steps = { matrix: get("cRow"), row: i32(0), column: i32(lanes.bytes), scalar: i32(0) };
  const moving = epilogue.operands.flatMap(({ kind }, i) =>
    kind === "matrix" || kind === "column" ? [advance(`operand${i}`, steps[kind])] : [],
  );
  return [
    advance("from", get("fromRow")),
    advance("c", get("cRow")),
    ...moving,
    advance("rows", i32(-1)),
  ];
}
