import type { Node } from "../../ir/node.js";
import type { Program } from "../../schedule/program.js";
import { fieldLines, leafType } from "../typescript/structures.js";
import { viewLines, type MemoryPlan, type WorkOptions } from "../typescript/workObject.js";
import { Names } from "../typescript/names.js";
import type { Unit } from "./engine.js";
import { bytesOf, Layout, placeArena } from "./memory.js";

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
  const offsetIn = new Map<Program, ReturnType<typeof placeArena>>();
  const ends = [programs.forward, programs.gradient].map((program, i) => {
    layout.rewind(start);
    if (program.buffers.length > 0)
      offsetIn.set(program, placeArena(program, layout, i === 0 ? "forward" : "gradient"));
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
    offsetOf: (program, buffer) => offsetIn.get(program)?.(buffer) ?? "0",
    members: [
      "memory",
      ...(unit.cells === 0 ? [] : ["numbers"]),
      "inputs",
      ...(fields.length === 0 ? [] : ["views"]),
      ...(scratch === null ? [] : ["scratch"]),
      ...(unit.staged.some(({ program }) => program.steps.some(isStage)) ? ["at", "stages"] : []),
    ],
  };
}

const isStage = ({ does }: Unit["staged"][number]["program"]["steps"][number]): boolean =>
  does.kind === "stage";
