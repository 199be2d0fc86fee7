import { catalogue, explain } from "../catalogue.js";
import { conventions } from "../conventions.js";
import { suggest } from "../elaborate/suggest.js";
import type { Op, Parameter } from "../ir/op.js";
import { operationsInOrder } from "../ops/index.js";
import type { Io } from "./io.js";
import { toolError } from "./problems.js";

/** `flatgrad ops`: all operations by group, or one in detail. */
export function printOps(name: string | undefined, io: Io): number {
  const ops = operationsInOrder();
  if (name === undefined) {
    const groups = [...new Set(ops.map(({ group }) => group))];
    const sections = groups.map((group) => {
      const lines = ops
        .filter((op) => op.group === group)
        .map((op) => `  ${signature(op)}\n      ${io.outColor.dim(op.summary)}`);
      return [io.outColor.bold(group), ...lines].join("\n");
    });
    io.out(`${sections.join("\n\n")}\n`);
    return 0;
  }
  const op = ops.find((one) => one.name === name);
  if (op === undefined) {
    const near = suggest(
      name,
      ops.map((one) => one.name),
    );
    throw toolError("FG502", `there is no operation \`${name}\``, {
      hint: near === undefined ? "`flatgrad ops` lists all" : `did you mean \`${near}\`?`,
    });
  }
  io.out(`${detail(op, io)}\n`);
  return 0;
}

function detail(op: Op, io: Io): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["gradient", op.gradient],
    ["numerics", op.numerics],
    ["TypeScript", op.example?.typescript],
    ["math", op.example?.math],
    ...(op.conventions ?? []).map((key) => conventionFact(key)),
    ...op.parameters
      .filter(({ doc }) => doc !== undefined)
      .map((one) => [one.name, one.doc] as const),
  ];
  return [
    `${io.outColor.bold(signature(op))}  ${io.outColor.dim(op.group)}`,
    op.summary,
    ...facts.flatMap(([label, text]) =>
      text === undefined ? [] : [`  ${io.outColor.cyan(label)}: ${text}`],
    ),
  ].join("\n");
}

function conventionFact(key: string): readonly [string, string | undefined] {
  const found = Object.entries(conventions).find(([name]) => name === key)?.[1];
  return ["convention", found === undefined ? undefined : `${found.case}: ${found.ours}`];
}

/** `sum(x, axis=null, keepDims=false)`. */
function signature({ name, parameters }: Op): string {
  return `${name}(${parameters.map(parameterText).join(", ")})`;
}

function parameterText({ name, kind, default: fallback }: Parameter): string {
  const shown =
    kind.kind === "operands" ? `[${name}, …]` : kind.kind === "rest" ? `${name}, …` : name;
  return fallback === undefined ? shown : `${shown}=${JSON.stringify(fallback)}`;
}

/** `flatgrad conventions`: the table of choices where a derivative has none of its own. */
export function printConventions(io: Io): number {
  const { bold, dim } = io.outColor;
  for (const row of Object.values(conventions))
    io.out(`${bold(row.case)}: ${row.ours}\n    ${dim(row.why)}\n`);
  return 0;
}

/** `flatgrad explain FG203`. */
export function printExplanation(code: string, io: Io): number {
  const known = Object.keys(catalogue);
  const asked = /^\d{3}$/.test(code) ? `FG${code}` : code;
  const text = explain(asked);
  if (text !== undefined) {
    io.out(`${text}\n`);
    return 0;
  }
  const family = asked.toUpperCase().slice(0, 3);
  const near = known.filter((one) => one.startsWith(family));
  throw toolError("FG502", `there is no diagnostic \`${code}\``, {
    accepted: (near.length > 0 ? near : known).join(", "),
  });
}
