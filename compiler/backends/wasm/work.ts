import type { Node } from "../../ir/node.js";
import { dimMul, dimProduct } from "../../ir/dim.js";
import { bytesPerElement } from "../../ir/type.js";
import type { Buffer, Program } from "../../schedule/program.js";
import { dimCode } from "../typescript/expression.js";
import { braced } from "../typescript/layout.js";
import { fieldLines, leafType } from "../typescript/structures.js";
import { viewLines, type MemoryPlan, type WorkOptions } from "../typescript/workObject.js";
import { Names, toIdentifier } from "../typescript/names.js";
import type { Unit } from "./engine.js";
import { bytesOf, Layout, placeArena } from "./memory.js";
import type { StagedProgram } from "./stages.js";

/** Past the last buffer, since vectors may be read, though not used, beyond it. */
const slack = 64;

/** An input, by the name that is the same in all programs. */
export const inputName = (node: Node): string => String(node.attrs["name"]);

/** Tensors among the inputs, cotangents and directions included, each with its field in `views`. */
export function inputViews({
  model,
  programs,
}: Pick<WorkOptions, "model" | "programs">): ReadonlyMap<string, InputView> {
  const names = new Names();
  const nodes = [...model.graph.inputs, ...programs.cotangents].filter(
    (node) => node.type.shape.length > 0,
  );
  return new Map(
    nodes.map((node) => [inputName(node), { node, field: names.fresh(inputName(node)) }]),
  );
}

export interface InputView {
  readonly node: Node;
  readonly field: string;
}

/**
 * One memory: variables that outlive a stage, the inputs, room for kernels to
 * work in, and the arena, which the two programs share.
 */
export function planMemory(unit: Unit, options: WorkOptions): MemoryPlan {
  const { model, programs, context, names } = options;
  const layout = new Layout(8 * unit.cells);
  const { views } = unit;
  const fields = [...views.values()].flatMap(({ node, field }) =>
    viewLines(field, node.type, "memory.buffer", layout.place([bytesOf(node.type)], "inputs")),
  );
  const scratch = unit.scratch === 0 ? null : layout.place([unit.scratch], "scratch");
  const start = layout.end;
  const tapesIn = ({ buffers }: Program) =>
    [...unit.tapes].filter(([tape]) => buffers.includes(tape));
  const tapeStarts = new Map<Buffer, string>();
  const offsetIn = new Map<Program, ReturnType<typeof placeArena>>();
  const ends = [programs.forward, programs.gradient].map((program, i) => {
    layout.rewind(start);
    const tag = i === 0 ? "forward" : "gradient";
    if (program.buffers.length > 0) offsetIn.set(program, placeArena(program, layout, tag));
    for (const [tape] of tapesIn(program))
      tapeStarts.set(
        tape,
        layout.placeCode(roomCode(unit, tape, bytesPerElement[tape.dtype]), tag),
      );
    return layout.end;
  });
  const [a = start, b = start] = ends;
  const end = layout.farther(a, b);
  const bytes = /^\d+$/.test(end) ? String(Number(end) + slack) : `${end} + ${slack}`;
  const typed = context.typed ? `: ${names.inputs}` : "";
  const leaf = (node: Node): string => {
    const view = views.get(inputName(node));
    if (node.type.shape.length > 0 && view !== undefined) return `views.${view.field}`;
    return leafType(node) === "boolean" ? "false" : "NaN";
  };
  return {
    lines: [
      ...layout.lines,
      `  const memory = ${context.runtime("wasmMemory")}(${bytes});`,
      ...(unit.cells === 0
        ? []
        : [`  const numbers = new Float64Array(memory.buffer, 0, ${unit.cells});`]),
      ...(scratch === null ? [] : [`  const scratch = ${scratch};`]),
      ...(fields.length === 0 ? [] : ["  const views = {", ...fields, "  };"]),
      `  const inputs${typed} = {`,
      ...model.parameters.flatMap((parameter) => fieldLines(parameter, leaf, "    ")),
      "  };",
    ],
    buffer: "memory.buffer",
    offsetOf: (program, buffer) => tapeStarts.get(buffer) ?? offsetIn.get(program)?.(buffer) ?? "0",
    roomOf: (tape) => roomCode(unit, tape, 1),
    parameters: roomParameters(unit),
    members: [
      "memory",
      ...(unit.cells === 0 ? [] : ["numbers"]),
      "inputs",
      ...(fields.length === 0 ? [] : ["views"]),
      ...(scratch === null ? [] : ["scratch"]),
      ...(unit.tapes.size === 0 ? [] : ["room"]),
      ...(unit.staged.some(({ program }) => program.steps.some(isStage)) ? ["at", "stages"] : []),
    ],
  };
}

/** Each tape's field in `room`. */
export function tapeFields(
  programs: readonly Pick<StagedProgram, "tapes">[],
): ReadonlyMap<Buffer, string> {
  const names = new Names();
  const tapes = programs.flatMap((program) => [...program.tapes.keys()]);
  return new Map(tapes.map((tape) => [tape, names.fresh(toIdentifier(tape.node.name ?? "t"))]));
}

/** So many times the elements that a tape has room for. */
function roomCode({ tapes }: Unit, tape: Buffer, times: number): string {
  const { text, binds } = dimCode(dimMul(dimProduct(tape.shape.slice(1)), times));
  const room = `room.${tapes.get(tape)}`;
  if (text === "1") return room;
  return `${room} * ${binds < 20 ? `(${text})` : text}`;
}

/** What a tape has room for to begin with; it doubles where that is not enough. */
const firstRoom = 64;

function roomParameters({ tapes }: Unit): NonNullable<MemoryPlan["parameters"]> {
  if (tapes.size === 0) return [];
  const fields = [...tapes.values()].map((field) => `${field}: ${firstRoom}`);
  return [
    {
      text: braced("room = ", fields, "").join("\n  "),
      doc: "@param room for how many iterations there is room at first; it grows as needed",
    },
  ];
}

const isStage = ({ does }: Unit["staged"][number]["program"]["steps"][number]): boolean =>
  does.kind === "stage";
