import type { ModelFunction } from "../../elaborate/function.js";
import type { Node } from "../../ir/node.js";
import type { Program } from "../../schedule/program.js";
import { printBody } from "./functionBody.js";
import { destructure } from "./layout.js";
import type { ModuleContext } from "./module.js";
import { identifiersIn, type Names } from "./names.js";
import { splitBody, type PartHead, type SplitBody } from "./split.js";
import { leafPaths, property } from "./structures.js";

/** One of the functions of a module over tensors. */
export interface TensorFunction {
  readonly name: string;
  readonly program: Program;
  readonly kind: "forward" | "gradient";
  /** Cotangents or tangents and where they are found. */
  readonly directions: readonly { readonly node: Node; readonly path: string }[];
  readonly parameters: readonly string[];
  /** The lines after the statements. */
  readonly end: readonly string[];
}

export interface TensorBodyOptions extends TensorFunction {
  readonly model: ModelFunction;
  readonly context: ModuleContext;
  readonly sizes: readonly string[];
  readonly names: Names;
  readonly checkInputs: readonly string[];
  readonly checkDirections: readonly string[];
}

/** Everything between the braces: names for what is used, checks, the statements, the result. */
export function printTensorBody(options: TensorBodyOptions): SplitBody {
  const { end, checkInputs, checkDirections } = options;
  const { before, body } = printStatements(options);
  const isUsed = isIn([...body, ...end, ...checkDirections]);
  return {
    before,
    body: [
      ...sizeLines(options, isUsed),
      ...checkInputs,
      ...checkDirections,
      ...prologueLines(options, isUsed),
      ...(body.length > 0 ? ["", ...body, ""] : []),
      ...end,
    ],
  };
}

/** The statements as the engine of the target has them, else in TypeScript. */
function printStatements(options: TensorBodyOptions): SplitBody {
  const { name, program, kind, names, end, context } = options;
  const { typed, runtime, inline, engine } = context;
  const headings = kind === "gradient";
  if (engine !== undefined) {
    const parameters = options.parameters.map(nameOf);
    const request = { name, parameters, program, kind, names, context, headings };
    return { before: [], body: engine.body(request) };
  }
  const memory = `work.${kind}`;
  const print = { names, typed, runtime, inline, stages: "line", headings, memory } as const;
  const head = (lines: readonly string[]) => partHead(options, lines);
  return splitBody(printBody(program, print), { name, names, typed, end, head });
}

/** A part takes the parameters of its function that it needs, and names what it uses of them. */
function partHead(options: TensorBodyOptions, lines: readonly string[]): PartHead {
  const isUsed = isIn(lines);
  const prologue = [...sizeLines(options, isUsed), ...prologueLines(options, isUsed)];
  const all = [...prologue, ...lines];
  const parameters = options.parameters.filter((parameter) => readsName(all, nameOf(parameter)));
  return { parameters, arguments: parameters.map(nameOf), prologue };
}

/** The name of a parameter that may be followed by its type. */
function nameOf(parameter: string): string {
  return parameter.replace(/:.*/, "");
}

/** True if lines of code read a variable; a property's name in a pattern does not count. */
export function readsName(lines: readonly string[], name: string): boolean {
  const read = new RegExp(`(?<![\\w$.])${name}(?![\\w$:])`);
  return lines.some((line) => read.test(line.replace(/\/\/.*/, "")));
}

function isIn(lines: readonly string[]): (name: string) => boolean {
  const words = identifiersIn(lines);
  return (name) => words.has(name);
}

function sizeLines({ sizes }: TensorBodyOptions, isUsed: (name: string) => boolean) {
  return destructure(sizes.filter(isUsed), "work.sizes");
}

/** Lines that name the inputs and buffers that are used. */
function prologueLines(
  options: TensorBodyOptions,
  isUsed: (name: string) => boolean,
): readonly string[] {
  const { program, kind, directions, names } = options;
  const named = (isTape: boolean) =>
    program.buffers
      .filter(({ role }) => (role === "tape") === isTape)
      .map((buffer) => names.of(buffer, buffer.node.name ?? "t"))
      .filter(isUsed);
  return [
    ...inputNames(options, isUsed),
    ...directions.flatMap(({ node, path }) => {
      const name = inputName(options, node);
      return isUsed(name) && name !== path ? [`  const ${name} = ${path};`] : [];
    }),
    ...destructure(named(false), `work.${kind}`),
    ...destructure(named(true), `work.${kind}`, "let"),
  ];
}

function inputName({ program, names }: TensorBodyOptions, node: Node): string {
  const place = program.inputPlaces[program.inputs.indexOf(node)];
  return place === undefined ? "x" : names.of(place, place.node.name ?? "t");
}

function inputNames(
  options: TensorBodyOptions,
  isUsed: (name: string) => boolean,
): readonly string[] {
  const { parameters } = options.model;
  const whole = parameters.flatMap(({ name, structure }) => {
    if (structure.kind !== "leaf") return [];
    const variable = inputName(options, structure.value);
    return isUsed(variable) ? [property(name, variable)] : [];
  });
  const parts = parameters.flatMap(({ name, structure }) => {
    if (structure.kind === "leaf") return [];
    return leafPaths(structure, `inputs.${name}`).flatMap(({ leaf, path }) => {
      const variable = inputName(options, leaf);
      return isUsed(variable) ? [`  const ${variable} = ${path};`] : [];
    });
  });
  return [...destructure(whole, "inputs"), ...parts];
}
