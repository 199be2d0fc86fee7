import { compile } from "../../compiler/pipeline.js";
import { DERIVATIVES, type DerivativeExample } from "./derivativeExamples.js";

const HEAD = `# Derivatives

Each takes a function of the program, an arrow function or an operation, and
gives another function, so that they nest in any order:
\`grad(grad(u, 0), 0)(x, w)\` is u_xx. The second argument says what to
differentiate by: the name of a parameter, its position, or a list of them. By
default it is every float argument; the derivative by one argument is like it,
by several it is a list. What is shown below each example is the code that the
compiler writes for \`f\`.`;

const BUILT = `## Built beside a function

\`--emit jvp,hvp,jacobian,hessian,sparseJacobian,sparseHessian\`, or the tags
\`@jvp\`, \`@hvp\`, … on a function, add these to the generated module;
\`@gradient W1 b1\` or \`--wrt W1,b1\` choose the parameters. Functions of tensors
take a work object of their own, \`createFJvpWork(sizes)\`.

| function | returns |
| --- | --- |
| \`fGrad(inputs, work)\`, always | \`{ value, dx, dparams }\`; of a result that is not one number \`fVjp(inputs, cotangent, work)\` |
| \`fJvp(inputs, tangents, work)\` | \`{ value, tangent }\` |
| \`fHvp(inputs, tangents, work)\` | \`{ value, hx, hparams }\` |
| \`fJacobian(inputs, work)\` | \`{ value, jacobian: { x, params } }\`, in place of each float of the result; the axes of the result, then those of the parameter |
| \`fHessian(inputs, work)\` | \`{ value, hessian }\`, rows and columns of blocks, one for each pair of parameters, as \`jax.hessian\`: block [i][j] has the axes of parameter i, then those of j |
| \`fSparseJacobian(inputs, work)\` | as \`fJacobian\`, each matrix \`{ data, row, col }\` |
| \`fSparseHessian(inputs, work)\` | \`{ value, hessian: { data, row, col } }\`, by one parameter |

\`jit(…)\` of \`flatgrad/jit\` has them as methods: \`jvp(inputs, tangents)\`,
\`hvp\`, \`jacobian(inputs)\`, \`hessian\`, \`sparseJacobian\`, \`sparseHessian\`.

\`flatgrad check\` compares all that is built with differences, at random points
and along random directions, and every rule of \`customGradient\` by itself.`;

const LIMITS = `## Limits

- Structures of sparse matrices are found while compiling: all sizes between
  parameter and result must be numbers. The structure is that of the operations,
  so it may hold elements that are 0: what an index read at run time selects
  may depend on any element. Rows and columns are computed by each call from
  the patterns they repeat, and a structure without patterns is refused.
- A Jacobian or Hessian in a program is of one result by one argument.
- \`vmap\` refuses a convolution whose images and filters both vary over a batch of
  a named size. An argument that is no batch is left out by naming those that
  are; there is no \`null\` among \`inAxes\`.`;

/** The page of derivatives: one example of each, with its generated code. */
export function derivativesPage(): string {
  return [HEAD, ...DERIVATIVES.map(section), BUILT, LIMITS].join("\n\n");
}

function section(example: DerivativeExample): string {
  const { title, text, language, program } = example;
  return [
    `## ${title}`,
    text,
    `\`\`\`${language === "math" ? "text" : "ts"}\n${program.trim()}\n\`\`\``,
    `\`\`\`ts\n${generatedBody(example)}\n\`\`\``,
  ].join("\n\n");
}

/** The generated function `f` alone, as it stands in its module. */
export function generatedBody({ language, program }: DerivativeExample): string {
  const source =
    language === "math"
      ? { math: program.trim() }
      : { entry: "model.ts", files: { "model.ts": program } };
  const { code } = compile(source, { functions: ["f"] });
  const body = /^export function f\([^]*?^}$/m.exec(code)?.[0];
  if (body === undefined) throw new Error(`there is no function f in ${code}`);
  return body;
}
