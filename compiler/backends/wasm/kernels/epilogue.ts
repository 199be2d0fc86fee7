import type { VectorCode, VectorScope } from "../math/scope.js";
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
  times,
  when,
} from "./text.js";

/** An operand of an epilogue, by how its elements meet those of C [rows, columns]. */
export type EpilogueOperand =
  /** [rows, columns]; the epilogue may also store to it. */
  | { readonly kind: "matrix"; readonly stored: boolean }
  /** [columns], the same for every row: a bias. */
  | { readonly kind: "row" }
  /** [rows]: one element for each row. */
  | { readonly kind: "column" }
  /** One element. */
  | { readonly kind: "scalar" };

/** What becomes of finished sums on their way to C. */
export interface Epilogue {
  /** Each is one more parameter of the kernel: the address of its first element. */
  readonly operands: readonly EpilogueOperand[];
  /**
   * Writes the code for one vector of sums, given the operands' values at the
   * same place (before anything is stored there). `value` is stored to C,
   * `stored` to the stored operands, in their order.
   */
  finish(sum: string, operands: readonly string[], scope: VectorScope): FinishedCode;
}

export interface FinishedCode extends VectorCode {
  readonly stored: readonly string[];
}

/** An epilogue that stores the sums. */
export const plainEpilogue: Epilogue = {
  operands: [],
  finish: (sum) => ({ statements: [], value: sum, stored: [] }),
};

/** The names of the parameters for an epilogue's operands. */
export function operandNames({ operands }: Epilogue): readonly string[] {
  return operands.map((_, i) => `operand${i}`);
}

/**
 * A function that takes `rows` rows of sums from `from`, `fromRow` bytes
 * apart, adds C if `add` says so, and stores what the epilogue makes of them.
 * `from` may be C itself.
 */
export function finishFunction(name: string, lanes: Lanes, epilogue: Epilogue): string {
  const scope = collectingScope();
  const names = operandNames(epilogue);
  const code = epilogue.finish(
    get("sum"),
    names.map((operand) => get(`${operand}.value`)),
    scope,
  );
  const stored = names.filter((_, i) => isStored(epilogue.operands[i]));
  const matrices = names.filter((_, i) => epilogue.operands[i]?.kind === "matrix");
  const columns = names.filter((_, i) => epilogue.operands[i]?.kind === "column");
  return lines(
    `(func $${name} ${params("from", "fromRow", "c", "cRow", "rows", "columns", "add", ...names)}`,
    locals("i32", "at", "left"),
    locals("v128", "sum", ...names.map((operand) => `${operand}.value`)),
    scope.declarations(),
    repeatWhile(
      get("rows"),
      set("at", i32(0)),
      set("left", get("columns")),
      repeatWhile(
        `(i32.gt_s ${get("left")} (i32.const 0))`,
        set("sum", `(v128.load ${add(get("from"), get("at"))})`),
        when(
          get("add"),
          set("sum", `(${lanes.vector}.add ${get("sum")} (v128.load ${add(get("c"), get("at"))}))`),
        ),
        ...names.map((operand, i) =>
          set(`${operand}.value`, operandValue(lanes, epilogue.operands[i], operand)),
        ),
        ...code.statements,
        ...[code.value, ...code.stored].map((value, i) =>
          storeUpTo(lanes, add(get(["c", ...stored][i] ?? "c"), get("at")), value),
        ),
        advance("at", i32(16)),
        advance("left", i32(-lanes.count)),
      ),
      ...["c", ...matrices].map((matrix) => advance(matrix, get("cRow"))),
      ...columns.map((column) => advance(column, i32(lanes.bytes))),
      advance("from", get("fromRow")),
      advance("rows", i32(-1)),
    ),
    ")",
  );
}

/** Stores as many lanes as columns are left. */
function storeUpTo(lanes: Lanes, at: string, value: string): string {
  return choose(
    `(i32.ge_s ${get("left")} ${i32(lanes.count)})`,
    [`(v128.store ${at} ${value})`],
    [call(storeLanesName(lanes), at, value, get("left"))],
  );
}

function isStored(operand: EpilogueOperand | undefined): boolean {
  return operand?.kind === "matrix" && operand.stored;
}

function operandValue(lanes: Lanes, operand: EpilogueOperand | undefined, name: string): string {
  const perColumn = operand?.kind === "matrix" || operand?.kind === "row";
  return perColumn
    ? `(v128.load ${add(get(name), get("at"))})`
    : `(${lanes.loadSplat} ${get(name)})`;
}

/** A block of sums and its place in C, whose parameters are those of a kernel. */
export interface SumBlock {
  readonly from: string;
  /** Bytes between its rows. */
  readonly fromRow: string;
  /** Where in C it begins. */
  readonly row: string;
  readonly column: string;
  readonly rows: string;
  readonly columns: string;
  readonly add: boolean;
}

/** The call, inside a kernel, of a function written by {@link finishFunction}. */
export function finishCall(
  name: string,
  { bytes }: Lanes,
  epilogue: Epilogue,
  { from, fromRow, row, column, rows, columns, add: addsC }: SumBlock,
): string {
  const cell = add(times(row, get("columns")), column);
  const elements = { matrix: cell, row: column, column: row, scalar: i32(0) };
  const at = (pointer: string, kind: EpilogueOperand["kind"]): string =>
    add(get(pointer), times(elements[kind], i32(bytes)));
  return call(
    name,
    from,
    fromRow,
    at("c", "matrix"),
    times(get("columns"), i32(bytes)),
    rows,
    columns,
    i32(addsC ? 1 : 0),
    ...epilogue.operands.map(({ kind }, i) => at(`operand${i}`, kind)),
  );
}

interface CollectingScope extends VectorScope {
  /** The locals asked for, and the statements that fill the constants. */
  declarations(): string;
}

/** A scope for a function written piece by piece: constants are set where the function begins. */
export function collectingScope(): CollectingScope {
  const constants = new Map<string, string>();
  let count = 0;
  return {
    local: () => `$t${count++}`,
    constant(text) {
      const name = constants.get(text) ?? `k${constants.size}`;
      constants.set(text, name);
      return get(name);
    },
    declarations: () =>
      lines(
        ...[...Array(count).keys()].map((i) => `(local $t${i} v128)`),
        locals("v128", ...constants.values()),
        ...[...constants].map(([text, name]) => set(name, text)),
      ),
  };
}
