import { foldRules } from "../../compiler/passes/fold.js";
import { simplifyRules } from "../../compiler/passes/simplify.js";
import { compile } from "../../compiler/pipeline.js";

const MODEL = `import { matmul, sum, type Param, type Tensor } from "flatgrad";

export function loss(x: Tensor<[784]>, W: Param<[128, 784]>, V: Param<[10, 128]>) {
  const product = matmul(V, W);
  const scores = matmul(product, x);
  return sum(scores ** 2);
}`;

const HEAD = `# Inexact optimisations

The identities flatgrad applies by default leave every bit as it is, or make
results more accurate. \`--inexact\` of \`flatgrad build\`, \`grad\`, \`inspect\`,
\`check\` and \`explain-memory\`, or \`inexact: true\` for \`compile\` and \`jit\`,
allows rewrites whose results are rounded differently; at \`-O0\` it does nothing.
Where values are neither near 0 nor near the largest numbers the difference is a
few units in the last place; in an \`f64\` chain of six matrices, below 1e-12 of
the largest element.

## Products of matrices

A chain of products is formed in the order with the fewest multiplications,
forward and backward. Of`;

const CHOICE = `In the same way attention without a softmax, \`(q @ kT) @ v\`, becomes
\`q @ (kT @ v)\` where there are more positions than features.

- A chain consists of products of matrices, or of batches of them with the same
  batch axes; transposed factors count, and so do vectors, as matrices of one row
  or column, and products of a column with a row.
- A product that something else reads as well is formed as written, and ends the
  chain. So is what a loop computes anew in each turn until what does not change
  was moved out of it.
- With named sizes, an order replaces the author's only if it needs fewer
  multiplications for every size from 1. \`--size N=64\`, or \`sizes: { N: 64 }\`,
  decides by these values instead; the code still runs with others.
- Lines whose products are no longer formed one by one are quoted together.

## Identities

These hold but for rounding and, as noted, for numbers at the ends of the range,
for zeros' signs, or where the function is not defined anyway: \`exp(log(-1))\`
is then −1, no longer NaN.`;

/** The page of what `--inexact` allows. */
export function inexactPage(): string {
  const rules = [...foldRules, ...simplifyRules].filter(({ exact }) => !exact);
  const [exact, inexact] = [false, true].map(gradientOf);
  return [
    HEAD,
    block(MODEL),
    "the gradient is by default",
    block(exact ?? ""),
    "and with `--inexact`, with a tenth of the multiplications,",
    block(inexact ?? ""),
    CHOICE,
    rules.map(({ name }) => `- ${name}`).join("\n"),
  ].join("\n\n");
}

function block(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

/** The statements of the model's gradient, without what checks its arguments and returns its results. */
function gradientOf(inexact: boolean): string {
  const { code } = compile({ entry: "model.ts", files: { "model.ts": MODEL } }, { inexact });
  const body =
    /^export function lossGrad\([^]*?^( {2}\/\/ forward[^]*?)\n\n {2}const \{ result \}/m.exec(
      code,
    )?.[1];
  if (body === undefined) throw new Error(`there is no gradient in ${code}`);
  return body.replaceAll(/^ {2}/gm, "");
}
