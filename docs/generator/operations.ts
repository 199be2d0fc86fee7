import { conventions, isConvention } from "../../compiler/conventions.js";
import { signature } from "../../compiler/elaborate/operations.js";
import type { Op } from "../../compiler/ir/op.js";
import { isFloat } from "../../compiler/ir/type.js";
import { operationsInOrder } from "../../compiler/ops/index.js";
import { mathExample, resultType, shapesOf, typescriptExample } from "./examples.js";

/** The operations a model can call. */
export const documented: readonly Op[] = operationsInOrder();

const INTRODUCTION = `# Operations

Every operation has the same name in model files, where it is imported from
\`"flatgrad"\`, and in math strings. Parameters with a default are options: fields
of a last object in TypeScript (\`sum(x, { axis: 0 })\`), keywords in a math string
(\`sum(x, axis=0)\`).

Operands broadcast as in NumPy: axes are aligned at the right, and an axis of size
1 is repeated. Axes count from 0, or backwards from −1; \`null\` stands for all.
Integers and truth values become floats where they meet one. In the formulas of
gradients \`y\` is the result, \`dy\` the gradient of the loss by it, and \`dx\` what the
operation adds to the gradient by \`x\`; a gradient by a repeated operand is summed
over the repetitions. What a derivative is where there is none of its own is
decided in [conventions.md](conventions.md).`;

/** The page of all operations, by group. */
export function operationsPage(): string {
  const groups = [...new Set(documented.map(({ group }) => group))];
  const headings = new Set(groups.map((group) => group.toLowerCase()));
  // A heading that occurs again is numbered.
  const anchor = (name: string) => {
    const plain = name.toLowerCase();
    return headings.has(plain) ? `${plain}-1` : plain;
  };
  const contents = groups.map((group) => {
    const names = of(group).map(({ name }) => `[\`${name}\`](#${anchor(name)})`);
    return `- **${group}**: ${names.join(", ")}`;
  });
  const sections = groups.flatMap((group) => [`## ${group}`, ...of(group).map(section)]);
  return [INTRODUCTION, contents.join("\n"), ...sections].join("\n\n");
}

const of = (group: string) => documented.filter((op) => op.group === group);

function section(op: Op): string {
  const { name, summary, numerics, parameters } = op;
  const facts = [
    `- Shapes, for example: \`${shapesOf(typescriptExample(op))}\``,
    `- Gradient: ${gradientText(op)}`,
    ...(numerics === undefined ? [] : [`- Numerics: ${numerics}`]),
    ...(op.conventions ?? []).map((key) => `- Convention: ${conventionText(key)}`),
    ...parameters.flatMap((one) =>
      one.doc === undefined ? [] : [`- \`${one.name}\`: ${one.doc}`],
    ),
    `- TypeScript: \`${typescriptExample(op).text}\``,
    `- Math string: \`${mathExample(op).text}\`${otherShapes(op)}`,
  ];
  return [`### ${name}`, `\`${signature(op)}\``, escaped(summary), facts.join("\n")].join("\n\n");
}

/** The shapes of the math string, where they are not those of the TypeScript. */
function otherShapes(op: Op): string {
  const [inFile, inMath] = [typescriptExample(op), mathExample(op)].map(shapesOf);
  const same = inFile?.length === inMath?.length;
  return same ? "" : `, \`${inMath}\``;
}

function gradientText(op: Op): string {
  if (op.gradient !== undefined) return `\`${op.gradient}\``;
  const { dtype } = resultType(typescriptExample(op));
  if (isFloat(dtype)) throw new Error(`${op.name} has no text for its gradient`);
  return `none, the result is ${dtype}`;
}

function conventionText(key: string): string {
  if (!isConvention(key)) throw new Error(`there is no convention ${key}`);
  const { case: where, ours } = conventions[key];
  return `${where}: ${ours}`;
}

/** Text in which `*` and `_` are no markup. */
function escaped(text: string): string {
  return text.replace(/(`[^`]*`)|[*_<]/g, (found, code?: string) => code ?? `\\${found}`);
}
