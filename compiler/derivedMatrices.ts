import type { DerivedFunction } from "./backends/typescript/module.js";
import { matrixFunction, pruned, slopesOf, type Derivation } from "./derivation.js";
import { dimProduct } from "./ir/dim.js";
import type { Graph, Output } from "./ir/graph.js";
import { withOrigin, type Node } from "./ir/node.js";
import type { Structure } from "./ir/structure.js";
import { isFloat } from "./ir/type.js";
import { pathOf } from "./passes/differentiate.js";
import { hessianBlocks, jacobianOf } from "./passes/jacobian.js";
import { sparseHessianOf, sparseJacobianOf, type SparseMatrix } from "./passes/sparseJacobian.js";

/** Elements of a matrix that is built whole. */
const MAX_ELEMENTS = 2 ** 26;

/** The results of the generated functions: of a Jacobian, of a block of a Hessian, of the sparse one. */
export const leafNames = {
  jacobian: (result: string, x: Node): string => `j${result}.${pathOf(x)}`,
  hessian: (row: number, column: number): string => `h${row}.${column}`,
  sparseHessian: "h",
} as const;

/** `fJacobian`: for each result by each parameter the axes of the result, then those of the parameter. */
export function deriveJacobian(derivation: Derivation): readonly DerivedFunction[] {
  const { model, forward, wrt } = derivation;
  const outputs: Output[] = [];
  const value = jacobianStructure(derivation, (y, x, name) => {
    if (isTooLarge(derivation, y, x, "Jacobian")) return { kind: "leaf", value: name };
    outputs.push({ name, node: withOrigin(y.origin, () => jacobianOf(y, x)) });
    return { kind: "leaf", value: name };
  });
  if (derivation.sink.hasErrors) return [];
  const doc = [
    `\`${model.name}\` and its Jacobian by ${listed(wrt)}: the axes of the result, then those of the parameter.`,
  ];
  const field = { name: "jacobian", value };
  return [matrixFunction(derivation, { suffix: "Jacobian", field, doc, graph: forward, outputs })];
}

/** `fSparseJacobian`: the same in coordinate form, each result and each parameter flat. */
export function deriveSparseJacobian(derivation: Derivation): readonly DerivedFunction[] {
  const { model, forward, wrt } = derivation;
  const outputs: Output[] = [];
  const shapes: string[] = [];
  const value = jacobianStructure(derivation, (y, x, name) => {
    const matrix = withOrigin(y.origin, () => sparseJacobianOf(y, x));
    shapes.push(`${dimProduct(y.type.shape)} × ${dimProduct(x.type.shape)}`);
    return sparseStructure(name, matrix, outputs);
  });
  const doc = [
    `\`${model.name}\` and its Jacobian by ${listed(wrt)}, ${shapes.join(", ")},`,
    ...coordinateDoc,
  ];
  const field = { name: "jacobian", value };
  const suffix = "SparseJacobian";
  return [matrixFunction(derivation, { suffix, field, doc, graph: forward, outputs })];
}

/** `fHessian`: rows and columns of blocks, one for each pair of parameters, as `jax.hessian` gives them. */
export function deriveHessian(derivation: Derivation): readonly DerivedFunction[] {
  const { model, wrt, sink } = derivation;
  const tooLarge = wrt.some((row) =>
    wrt.some((column) => isTooLarge(derivation, row, column, "Hessian")),
  );
  if (tooLarge || sink.hasErrors) return [];
  const graph = slopesOf(derivation);
  const blocks = hessianBlocks(slopeNodes(derivation, graph), wrt);
  const entry = leafNames.hessian;
  const outputs = blocks.flatMap((row, i) =>
    row.map((node, j): Output => ({ name: entry(i, j), node })),
  );
  const hessian: Structure<string> = {
    kind: "tuple",
    elements: wrt.map((_, i) => ({
      kind: "tuple",
      elements: wrt.map((_node, j) => ({ kind: "leaf", value: entry(i, j) })),
    })),
  };
  const doc = [
    `\`${model.name}\` and its second derivatives, by ${listed(wrt)} in both directions.`,
  ];
  const field = { name: "hessian", value: hessian };
  return [matrixFunction(derivation, { suffix: "Hessian", field, doc, graph, outputs })];
}

/** `fSparseHessian`: the second derivatives by one parameter in coordinate form. */
export function deriveSparseHessian(derivation: Derivation): readonly DerivedFunction[] {
  const { model, wrt, sink } = derivation;
  const [x, another] = wrt;
  if (x === undefined || another !== undefined) {
    sink.error(
      "FG425",
      `this sparse Hessian is by several parameters: ${listed(wrt)}`,
      model.span,
      {
        accepted: "one parameter",
        hint: "choose it: --wrt x, or the tag @gradient x",
      },
    );
    return [];
  }
  const graph = slopesOf(derivation);
  const [slope = x] = slopeNodes(derivation, graph);
  const outputs: Output[] = [];
  const matrix = withOrigin(slope.origin, () => sparseHessianOf(slope, x));
  const field = {
    name: "hessian",
    value: sparseStructure(leafNames.sparseHessian, matrix, outputs),
  };
  const size = dimProduct(x.type.shape);
  const doc = [
    `\`${model.name}\` and its second derivatives by ${pathOf(x)}, ${size} × ${size},`,
    ...coordinateDoc,
  ];
  return [matrixFunction(derivation, { suffix: "SparseHessian", field, doc, graph, outputs })];
}

const coordinateDoc = [
  "in coordinate form: `data[k]` is the element in row `row[k]` and column `col[k]`.",
];

const listed = (wrt: readonly Node[]): string => wrt.map(pathOf).join(", ");

function slopeNodes({ model }: Derivation, { outputs }: Graph): readonly Node[] {
  return outputs.slice(model.graph.outputs.length).map(({ node }) => node);
}

/** The structure of the result, and in place of each float in it that of the parameters. */
function jacobianStructure(
  { model, forward, wrt }: Derivation,
  matrix: (y: Node, x: Node, name: string) => Structure<string>,
): Structure<string> {
  const nodes = new Map(forward.outputs.map(({ name, node }) => [name, node]));
  const floats = pruned(model.result, (leaf) => isFloat(nodes.get(leaf)?.type.dtype ?? "bool"));
  const own = new Set(wrt);
  return floats === null
    ? model.result
    : substituted(floats, (leaf) => ({
        kind: "object",
        fields: model.parameters.flatMap(({ name, structure }) => {
          const kept = pruned(structure, (node) => own.has(node));
          const y = nodes.get(leaf);
          if (kept === null || y === undefined) return [];
          const value = substituted(kept, (x) => matrix(y, x, leafNames.jacobian(leaf, x)));
          return [{ name, value }];
        }),
      }));
}

/** The structure with another in place of every leaf. */
function substituted<From, To>(
  structure: Structure<From>,
  put: (leaf: From) => Structure<To>,
): Structure<To> {
  switch (structure.kind) {
    case "leaf":
      return put(structure.value);
    case "object":
      return {
        kind: "object",
        fields: structure.fields.map(({ name, value }) => ({
          name,
          value: substituted(value, put),
        })),
      };
    case "tuple":
      return { kind: "tuple", elements: structure.elements.map((one) => substituted(one, put)) };
  }
}

function sparseStructure(
  name: string,
  { data, row, col }: SparseMatrix,
  outputs: Output[],
): Structure<string> {
  const fields = Object.entries({ data, row, col }).map(([part, node]) => {
    outputs.push({ name: `${name}.${part}`, node });
    return { name: part, value: { kind: "leaf", value: `${name}.${part}` } as const };
  });
  return { kind: "object", fields };
}

function isTooLarge({ model, sink }: Derivation, y: Node, x: Node, what: string): boolean {
  const elements = dimProduct([...y.type.shape, ...x.type.shape]);
  if (typeof elements !== "number" || elements <= MAX_ELEMENTS) return false;
  sink.error(
    "FG422",
    `the ${what} of \`${model.name}\` by \`${pathOf(x)}\` would have ${elements} elements`,
    model.span,
    {
      accepted: `at most ${MAX_ELEMENTS} elements`,
      hint: `ask for products with it: ${what === "Hessian" ? "hvp" : "jvp"}; or for ${what === "Hessian" ? "sparseHessian" : "sparseJacobian"}, if most of it is 0`,
    },
  );
  return true;
}
