import type { ModelFunction } from "../../elaborate/function.js";
import { dimProduct } from "../../ir/dim.js";
import type { Structure } from "../../ir/structure.js";
import type { Buffer, Program } from "../../schedule/program.js";
import { arenaLayout, atLeastNone } from "./arena.js";
import { braced, destructure, docComment, signature } from "./layout.js";
import type { ModuleContext, Programs } from "./module.js";
import {
  arrayTypes,
  fieldLines,
  gradientMembers,
  literalText,
  outputNode,
  outputValue,
} from "./structures.js";
import { printWidth } from "./width.js";

export interface WorkNames {
  readonly create: string;
  readonly work: string;
  /** The type of the gradient; null where there is none. */
  readonly gradients: string | null;
  /** The type of a result of several parts; null for a single one. */
  readonly value: string | null;
}

/** What the printer of a work object must know. */
export interface WorkOptions {
  readonly model: ModelFunction;
  readonly programs: Programs;
  readonly context: ModuleContext;
  readonly sizes: readonly string[];
  readonly names: WorkNames;
  readonly bufferName: (program: Program, buffer: Buffer) => string;
}

/** The function that allocates an arena and lays views over it: the only allocation there is. */
export function printCreateWork(options: WorkOptions): readonly string[] {
  const { model, programs, context, sizes, names } = options;
  const { typed, runtime } = context;
  const forward = arenaLayout(programs.forward, "forward");
  const gradient = arenaLayout(programs.gradient, "gradient");
  const totals = [forward.total, gradient.total].filter((total) => total !== null);
  const type = sizes.map((size) => `${size}: number`).join("; ");
  const parameters = sizes.length === 0 ? [] : [typed ? `sizes: { ${type} }` : "sizes"];
  const doc = `Allocates everything \`${model.name}\` and its gradient need${sizes.length === 0 ? "" : " for the given sizes"}.`;
  return [
    ...docComment(
      sizes.length === 0 ? [doc] : [doc, "", "@throws RangeError if a size is not a whole number"],
    ),
    ...signature(`export function ${names.create}`, parameters, " {"),
    ...destructure(sizes, "sizes"),
    ...sizes.map((size) => `  ${runtime("checkSize")}("${size}", ${size});`),
    ...forward.lines,
    ...gradient.lines,
    ...(totals.length === 0 ? [] : [`  const arena = new ArrayBuffer(${largest(totals)});`]),
    ...views("forward", programs.forward, forward.offsetOf, options),
    ...views("gradient", programs.gradient, gradient.offsetOf, options),
    ...resultLines(options),
    ...returnLines(options, totals.length > 0),
    "}",
    ...(typed
      ? [
          "",
          ...docComment([`Memory for \`${model.name}\` and its gradient.`]),
          `export type ${names.work} = ReturnType<typeof ${names.create}>;`,
        ]
      : []),
  ];
}

/** The two programs never run at once, so they share the arena. */
function largest(totals: readonly string[]): string {
  const distinct = [...new Set(totals)];
  const numbers = distinct.map(Number);
  if (numbers.every((n) => !Number.isNaN(n))) return String(Math.max(...numbers));
  return distinct.length === 1 ? distinct.join("") : `Math.max(${distinct.join(", ")})`;
}

function views(
  name: string,
  program: Program,
  offsetOf: (buffer: Buffer) => string,
  { bufferName, context }: WorkOptions,
): readonly string[] {
  if (program.buffers.length === 0) return [];
  const lines = program.buffers.flatMap((buffer) => {
    const array = arrayTypes[buffer.dtype];
    if (buffer.role === "tape") {
      // Its type must be that of the longer one that takes its place.
      const type = context.typed ? ` as ${array}` : "";
      return [`    ${bufferName(program, buffer)}: new ${array}(0)${type},`];
    }
    const parts = ["arena", offsetOf(buffer), atLeastNone(dimProduct(buffer.shape)).text];
    const head = `    ${bufferName(program, buffer)}: new ${array}(`;
    const flat = `${head}${parts.join(", ")}),`;
    return flat.length <= printWidth
      ? [flat]
      : [head, ...parts.map((part) => `      ${part},`), "    ),"];
  });
  return [`  const ${name} = {`, ...lines, "  };"];
}

/** The objects calls return, made once; numbers are NaN until the first call. */
function resultLines({
  model,
  programs,
  context,
  names,
  bufferName,
}: WorkOptions): readonly string[] {
  const leafOf = (program: Program, object: string) => (leaf: string) => {
    const value = outputValue(program, leaf);
    if (value.kind === "buffer") return `${object}.${bufferName(program, value)}`;
    return outputNode(program, leaf).type.dtype === "bool" ? "false" : "NaN";
  };
  const inForward = leafOf(programs.forward, "forward");
  const value =
    names.value === null
      ? []
      : valueLines(
          `  const value${context.typed ? `: ${names.value}` : ""} = `,
          model.result,
          inForward,
        );
  if (names.gradients === null) return value;
  const inGradient = leafOf(programs.gradient, "gradient");
  // The number comes last: as the first field it would share its layout with every other
  // object that begins with `value`, and the engine would box it at each call.
  const members = [
    ...gradientMembers(model, programs.wrt),
    { name: "value", structure: model.result },
  ];
  const fields = members.flatMap((member) => fieldLines(member, inGradient, "    "));
  const typed = context.typed ? `: ${names.gradients}` : "";
  return [...value, `  const result${typed} = {`, ...fields, "  };"];
}

/** A result of several parts as a literal, a field a line. */
function valueLines(
  left: string,
  result: Structure<string>,
  text: (leaf: string) => string,
): readonly string[] {
  if (result.kind !== "object") return [`${left}${literalText(result, text)};`];
  const fields = result.fields.flatMap((field) =>
    fieldLines({ name: field.name, structure: field.value }, text, "    "),
  );
  return [`${left}{`, ...fields, "  };"];
}

function returnLines(
  { model, programs, sizes, names }: WorkOptions,
  hasArena: boolean,
): readonly string[] {
  const members = [
    ...(sizes.length > 0 ? [`sizes: { ${sizes.join(", ")} }`] : []),
    ...(hasArena ? ["arena"] : []),
    ...(programs.forward.buffers.length > 0 ? ["forward"] : []),
    ...(programs.gradient.buffers.length > 0 ? ["gradient"] : []),
    ...(model.result.kind === "leaf" ? [] : ["value"]),
    ...(names.gradients === null ? [] : ["result"]),
  ];
  return braced("return ", members, ";").map((line) => `  ${line}`);
}
