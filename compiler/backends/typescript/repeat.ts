import { dimSub } from "../../ir/dim.js";
import { asIndex, asScalar, scaled } from "../../schedule/position.js";
import type { Index, Range, Scalar, Statement } from "../../schedule/program.js";
import { expressionText, type ExpressionContext } from "./expression.js";
import { printWidth } from "./width.js";

type Update = Extract<Statement, { kind: "update" }>;

/** `for (let i = 0; i < n; i++) {`, a part a line where it is long. */
export function forHead(
  range: Range,
  context: ExpressionContext,
  depth: number,
): readonly string[] {
  const index = context.nameOfLocal(range.index);
  const { step, descending } = range;
  const text = (value: Scalar) => expressionText(value, context);
  const down = descending ? step > 0 : step < 0;
  const [first, test] = descending
    ? [lastOf(range, text), `${index} ${down ? ">=" : "<="} ${text(range.start)}`]
    : [text(range.start), `${index} ${down ? ">" : "<"} ${text(range.stop)}`];
  const size = Math.abs(step);
  const move =
    size === 1 ? `${index}${down ? "--" : "++"}` : `${index} ${down ? "-=" : "+="} ${size}`;
  const parts = [`let ${index} = ${first}`, test, move];
  const flat = `for (${parts.join("; ")}) {`;
  if (2 * depth + flat.length <= printWidth) return [flat];
  return ["for (", ...parts.map((part, i) => `  ${part}${i < 2 ? ";" : ""}`), ") {"];
}

/** The last index of a range, which is before the first where there is none. */
function lastOf({ start, stop, step }: Range, text: (value: Scalar) => string): string {
  const size = Math.abs(step);
  const before = asScalar(scaled(asIndex(stop), 1, -Math.sign(step)));
  if (size === 1) return text(before);
  const from = asIndex(start);
  const span =
    from.variable === null
      ? text(
          asScalar(
            step > 0
              ? scaled(asIndex(before), 1, dimSub(0, from.offset))
              : scaled(asIndex(before), -1, from.offset),
          ),
        )
      : (step > 0 ? [before, start] : [start, before])
          .map((part) => wrapped(text(part)))
          .join(" - ");
  const steps = `${size} * Math.floor(${wrapped(span)} / ${size})`;
  if (step > 0 && text(start) === "0") return steps;
  return `${text(start)} ${step > 0 ? "+" : "-"} ${steps}`;
}

function wrapped(text: string): string {
  return /[^\w$.]/.test(text) ? `(${text})` : text;
}

/** `s = s + x` is `s += x`. */
export function compound(statement: Update): Update {
  const { local, combine, value } = statement;
  if (combine !== null) return statement;
  if (value.kind === "index") return counted(statement, value.index);
  if (value.kind === "total") {
    const rest = value.terms.filter((term) => term.value !== local);
    const isSum = rest.length > 0 && rest.length === value.terms.length - 1;
    return isSum ? { ...statement, combine: "add", value: { ...value, terms: rest } } : statement;
  }
  if (value.kind !== "apply" || value.node.op.lowering.kind !== "scalar") return statement;
  const { code } = value.node.op.lowering;
  const [a, b] = value.arguments;
  if (code.kind !== "infix" || a === undefined || b === undefined) return statement;
  if (code.operator !== "+" && code.operator !== "*") return statement;
  const other = a === local ? b : b === local ? a : null;
  if (other === null) return statement;
  return { ...statement, combine: code.operator === "+" ? "add" : "multiply", value: other };
}

function counted(statement: Update, { variable, stride, offset }: Index): Update {
  if (variable !== statement.local || stride !== 1) return statement;
  return { ...statement, combine: "add", value: { kind: "size", dim: offset } };
}
