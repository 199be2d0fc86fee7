import { compile } from "../../compiler/index.js";
import { straightLineSource } from "../support/straightLine.js";
import { importText } from "./evaluated.js";
import { compare, timed } from "./harness.js";
import { duration, printTable } from "./table.js";

/** Statements of the gradients; what the engine makes of long functions is what is measured. */
const wanted = [100, 1000, 10_000];

/** How fast long gradients without loops run, a statement. */
export async function benchStraightLine(): Promise<void> {
  const programs = await Promise.all(wanted.map(programOf));
  const measured = await compare(
    programs.map(({ name, call }) => timed(name, call)),
    { rounds: 15, roundSeconds: 0.1 },
  );
  const each = measured.map(({ seconds }, i) => seconds / programs[i]!.statements);
  printTable(
    "Gradients without loops, split where they are long",
    ["statements", "parts", "call", "each", "speed of each"],
    measured.map(({ name, seconds }, i) => [
      name,
      String(programs[i]!.parts),
      duration(seconds),
      duration(each[i]!),
      (each[0]! / each[i]!).toFixed(2),
    ]),
  );
}

interface Program {
  readonly name: string;
  readonly statements: number;
  readonly parts: number;
  readonly call: () => unknown;
}

async function programOf(count: number): Promise<Program> {
  const perLine = statementsOf(codeOf(400)) / 400;
  const code = codeOf(Math.round(count / perLine));
  const { fGrad } = await importText<{ fGrad: (...point: readonly number[]) => unknown }>(code);
  const statements = statementsOf(code);
  return {
    name: statements.toLocaleString("en"),
    statements,
    parts: Math.max(1, code.split("// fGrad, part ").length - 1),
    call: () => fGrad(0.7, -0.4, 0.9, 0.3),
  };
}

function codeOf(lines: number): string {
  const files = { "model.ts": straightLineSource(lines) };
  return compile({ entry: "model.ts", files }, { target: "js" }).code;
}

/** Statements of the gradient that compute something: what parts hand on does not count. */
function statementsOf(code: string): number {
  const gradient = code.slice(code.search(/^(const fGradValues|export function fGrad)/m));
  return gradient.split("\n").filter((line) => /^ {2}(?!.*\bvalues\b)[^ /].*;/.test(line)).length;
}
