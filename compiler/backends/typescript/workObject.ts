import type { ModelFunction } from "../../elaborate/function.js";
import { dimProduct } from "../../ir/dim.js";
import type { Structure } from "../../ir/structure.js";
import type { DType } from "../../ir/type.js";
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
  /** The type of the inputs. */
  readonly inputs: string;
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
  readonly bufferName: (program: Program, place: Program["inputPlaces"][number]) => string;
}

/** Where the buffers of a work object lie. */
export interface MemoryPlan {
  /** Statements that allocate it. */
  readonly lines: readonly string[];
  /** The buffer that views are laid over. */
  readonly buffer: string;
  /** Where a buffer begins, in bytes. */
  readonly offsetOf: (program: Program, buffer: Buffer) => string;
  /** How many elements a tape has room for; undefined where tapes are arrays of their own. */
  readonly roomOf?: (tape: Buffer) => string;
  /** What the function that allocates it takes besides sizes, each with its default and what it is. */
  readonly parameters?: readonly { readonly text: string; readonly doc: string }[];
  /** Its parts of the work object. */
  readonly members: readonly string[];
}

/** One ArrayBuffer; the two programs never run at once, so they share it. */
function arenaPlan({ programs }: WorkOptions): MemoryPlan {
  const forward = arenaLayout(programs.forward, "forward");
  const gradient = arenaLayout(programs.gradient, "gradient");
  const totals = [forward.total, gradient.total].filter((total) => total !== null);
  const isEmpty = totals.length === 0;
  return {
    lines: [
      ...forward.lines,
      ...gradient.lines,
      ...(isEmpty ? [] : [`  const arena = new ArrayBuffer(${largest(totals)});`]),
    ],
    buffer: "arena",
    offsetOf: (program, buffer) =>
      (program === programs.forward ? forward : gradient).offsetOf(buffer),
    members: isEmpty ? [] : ["arena"],
  };
}

/** The function that allocates memory and lays views over it: the only allocation there is. */
export function printCreateWork(options: WorkOptions): readonly string[] {
  const { model, programs, context, sizes, names } = options;
  const { typed, runtime, engine } = context;
  const memory = engine === undefined ? arenaPlan(options) : engine.memory(options);
  const type = sizes.map((size) => `${size}: number`).join("; ");
  const own = memory.parameters ?? [];
  const parameters = [
    ...(sizes.length === 0 ? [] : [typed ? `sizes: { ${type} }` : "sizes"]),
    ...own.map(({ text }) => text),
  ];
  const before = engine?.declarations(options) ?? [];
  const doc = `Allocates everything \`${model.name}\` and its gradient need${sizes.length === 0 ? "" : " for the given sizes"}.`;
  return [
    ...before,
    ...docComment([
      doc,
      ...(sizes.length + own.length === 0 ? [] : [""]),
      ...own.map((parameter) => parameter.doc),
      ...(sizes.length === 0 ? [] : ["@throws RangeError if a size is not a whole number"]),
    ]),
    ...signature(`export function ${names.create}`, parameters, " {"),
    ...destructure(sizes, "sizes"),
    ...sizes.map((size) => `  ${runtime("checkSize")}("${size}", ${size});`),
    ...memory.lines,
    ...views("forward", programs.forward, memory, options),
    ...views("gradient", programs.gradient, memory, options),
    ...resultLines(options),
    ...(engine?.members(options) ?? []),
    ...returnLines(options, memory),
    "}",
    ...(engine?.functions(options) ?? []),
    ...(typed
      ? [
          "",
          ...docComment([`Memory for \`${model.name}\` and its gradient.`]),
          `export type ${names.work} = ReturnType<typeof ${names.create}>;`,
        ]
      : []),
  ];
}

function largest(totals: readonly string[]): string {
  const distinct = [...new Set(totals)];
  const numbers = distinct.map(Number);
  if (numbers.every((n) => !Number.isNaN(n))) return String(Math.max(...numbers));
  return distinct.length === 1 ? distinct.join("") : `Math.max(${distinct.join(", ")})`;
}

function views(
  name: string,
  program: Program,
  { buffer: over, offsetOf, roomOf }: MemoryPlan,
  { bufferName, context }: WorkOptions,
): readonly string[] {
  if (program.buffers.length === 0) return [];
  const lines = program.buffers.flatMap((buffer) => {
    const field = bufferName(program, buffer);
    const offset = offsetOf(program, buffer);
    if (buffer.role !== "tape") return viewLines(field, buffer, over, offset);
    if (roomOf !== undefined) return viewOf(field, buffer.dtype, [over, offset, roomOf(buffer)]);
    const array = arrayTypes[buffer.dtype];
    // Its type must be that of the longer one that takes its place.
    const type = context.typed ? ` as ${array}` : "";
    return [`    ${field}: new ${array}(0)${type},`];
  });
  return [`  const ${name} = {`, ...lines, "  };"];
}

/** A field that is a view of a buffer. */
export function viewLines(
  name: string,
  { dtype, shape }: Pick<Buffer, "dtype" | "shape">,
  over: string,
  offset: string,
): readonly string[] {
  return viewOf(name, dtype, [over, offset, atLeastNone(dimProduct(shape)).text]);
}

function viewOf(name: string, dtype: DType, parts: readonly string[]): readonly string[] {
  const head = `    ${name}: new ${arrayTypes[dtype]}(`;
  const flat = `${head}${parts.join(", ")}),`;
  return flat.length <= printWidth
    ? [flat]
    : [head, ...parts.map((part) => `      ${part},`), "    ),"];
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
  memory: MemoryPlan,
): readonly string[] {
  const members = [
    ...(sizes.length > 0 ? [`sizes: { ${sizes.join(", ")} }`] : []),
    ...memory.members,
    ...(programs.forward.buffers.length > 0 ? ["forward"] : []),
    ...(programs.gradient.buffers.length > 0 ? ["gradient"] : []),
    ...(model.result.kind === "leaf" ? [] : ["value"]),
    ...(names.gradients === null ? [] : ["result"]),
  ];
  return braced("return ", members, ";").map((line) => `  ${line}`);
}
