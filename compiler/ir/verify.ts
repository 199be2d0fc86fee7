import { nodesOf, type Graph } from "./graph.js";
import { isName } from "./name.js";
import type { Attr, Node } from "./node.js";
import type { Op } from "./op.js";
import { loopParts, regionGraph } from "./region.js";
import { formatType, sameType } from "./type.js";

/**
 * Checks what every pass relies on: operands precede their users (so that
 * there is no cycle), types follow from operations, names are unique and can
 * be printed, attributes are plain data. With a registry, operations are also
 * checked to be those of it.
 *
 * @throws Error that lists all violations.
 */
export function verifyGraph(graph: Graph, registry?: ReadonlyMap<string, Op>): void {
  const violations = [
    ...inputViolations(graph),
    ...outputViolations(graph),
    ...nodesOf(graph).flatMap((node) => nodeViolations(node, registry)),
  ];
  if (violations.length > 0)
    throw new Error([`graph ${graph.name} is not valid:`, ...violations].join("\n  "));
}

function describe(node: Node): string {
  const name = node.name === undefined ? "" : ` (${node.name})`;
  return `node ${node.id} ${node.op.name}${name}`;
}

function inputViolations(graph: Graph): string[] {
  const violations: string[] = [];
  const names = new Set<string>();
  for (const node of graph.inputs) {
    const name = String(node.attrs["name"]);
    if (node.op.name !== "input") violations.push(`${describe(node)} is listed as an input`);
    if (names.has(name)) violations.push(`input ${name} is listed twice`);
    names.add(name);
  }
  const listed = new Set(graph.inputs);
  for (const node of nodesOf(graph)) {
    if (node.op.name === "input" && !listed.has(node))
      violations.push(`${describe(node)} is used and not listed as an input`);
  }
  return violations;
}

function outputViolations(graph: Graph): string[] {
  const names = graph.outputs.map((output) => output.name);
  return [
    ...names
      .filter((name, i) => names.indexOf(name) !== i)
      .map((name) => `output ${name} is listed twice`),
    ...names
      .filter((name) => !isName(name))
      .map((name) => `output ${JSON.stringify(name)} is not a name`),
  ];
}

function nodeViolations(node: Node, registry: ReadonlyMap<string, Op> | undefined): string[] {
  const violations: string[] = [];
  const { region } = node.op;
  const known = registry?.get(node.op.name);
  if (registry !== undefined && (region === undefined ? known !== node.op : known === undefined))
    violations.push("is of no registered operation");
  if (node.name !== undefined && !isName(node.name))
    violations.push(`has the name ${JSON.stringify(node.name)}`);
  for (const input of node.inputs) {
    if (input.id >= node.id) violations.push(`reads ${describe(input)}, which is not before it`);
  }
  for (const [key, attr] of Object.entries(node.attrs)) {
    if (!isPlain(attr)) violations.push(`has attribute ${key} of no plain data`);
  }
  violations.push(...arityViolations(node), ...typeViolations(node));
  if (region !== undefined) violations.push(...loopViolations(node, registry));
  return violations.map((violation) => `${describe(node)} ${violation}`);
}

/** A body must fit its loop and be valid itself. */
function loopViolations(node: Node, registry: ReadonlyMap<string, Op> | undefined): string[] {
  const { region, carried, carriedInputs, captured, capturedInputs, sliced, slicedInputs } =
    loopParts(node);
  const pairs = [
    ...carried.map((x, k) => [`carried value ${k}`, x.type, carriedInputs[k]?.type] as const),
    ...carriedInputs.map((x, k) => [`next value ${k}`, x.type, region.next[k]?.type] as const),
    ...captured.map((x, k) => [`captured value ${k}`, x.type, capturedInputs[k]?.type] as const),
    ...sliced.map((x, k) => {
      const element = { dtype: x.type.dtype, shape: x.type.shape.slice(1) };
      return [`sliced value ${k}`, element, slicedInputs[k]?.type] as const;
    }),
  ];
  const body = regionGraph(region);
  return [
    ...pairs.flatMap(([what, outside, inside]) =>
      inside !== undefined && sameType(outside, inside)
        ? []
        : [
            `has a ${what} of type ${formatType(outside)}, in the body ${inside && formatType(inside)}`,
          ],
    ),
    ...inputViolations(body),
    ...nodesOf(body).flatMap((inner) => nodeViolations(inner, registry)),
  ];
}

/** Numbers that JSON cannot tell apart are not plain: attributes are compared as JSON. */
function isPlain(attr: Attr | undefined): boolean {
  if (Array.isArray(attr)) return attr.every(isPlain);
  if (typeof attr === "number") return Number.isFinite(attr) && !Object.is(attr, -0);
  return attr === null || typeof attr === "boolean" || typeof attr === "string";
}

function arityViolations(node: Node): string[] {
  const { parameters } = node.op;
  const several = parameters.some(({ kind }) => kind.kind === "operands" || kind.kind === "rest");
  const operands = parameters.filter(({ kind }) => kind.kind === "operand");
  const required = operands.filter((p) => p.default === undefined).length;
  const count = node.inputs.length;
  const fits = several || (count >= required && count <= operands.length);
  return fits ? [] : [`has ${count} operands instead of ${operands.length}`];
}

function typeViolations(node: Node): string[] {
  try {
    const type = node.op.type(
      node.inputs.map((input) => input.type),
      node.attrs,
    );
    if (sameType(type, node.type)) return [];
    return [`has type ${formatType(node.type)} and the operation gives ${formatType(type)}`];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
