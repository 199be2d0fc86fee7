import type { Program } from "../../schedule/program.js";
import { dimCode } from "../typescript/expression.js";
import { callLines, docComment, signature } from "../typescript/layout.js";
import { capitalised } from "../typescript/names.js";
import { printWidth } from "../typescript/width.js";
import type { WorkOptions } from "../typescript/workObject.js";
import type { Unit } from "./engine.js";
import { hostName, type HostCall } from "./moduleWriter.js";
import type { StagedProgram, Step } from "./stages.js";
import type { StageArgument } from "./stageWriter.js";
import { inputName, type InputView } from "./work.js";

type Stage = Extract<Step["does"], { kind: "stage" }>;

function stagesOf({ steps }: StagedProgram): readonly Stage[] {
  return steps.flatMap(({ does }) => (does.kind === "stage" ? [does] : []));
}

/** The type of the stages, for the driver's calls of them. */
export function printDeclarations(unit: Unit, { context }: WorkOptions): readonly string[] {
  const stages = unit.staged.flatMap(({ program }) => stagesOf(program));
  if (stages.length > 0) context.runtime("wasmCode");
  if (!context.typed || stages.length === 0) return [];
  return [
    ...docComment([
      `The stages of \`${unit.model.name}\`; \`at\` says where arrays begin, in bytes.`,
    ]),
    `interface ${capitalised(unit.model.name)}Stages {`,
    ...stages.flatMap(({ name, parameters, fillsTapes }) =>
      signature(
        `  ${name}`,
        parameters.map((parameter) => `${parameter.name}: number`),
        fillsTapes ? ": number;" : ": void;",
      ).map((line, i) => (i === 0 ? line : `  ${line}`)),
    ),
    "}",
    "",
  ];
}

/** The function that creates a work object where modules may not be compiled at once. */
export function printFunctions(unit: Unit, options: WorkOptions): readonly string[] {
  const { context, names, sizes } = options;
  const { typed, runtime } = context;
  if (unit.staged.every(({ program }) => stagesOf(program).length === 0)) return [];
  const parameters = sizes.length === 0 ? [] : [typed ? `sizes: ${names.work}["sizes"]` : "sizes"];
  const code = `${unit.model.name}Code`;
  return [
    "",
    ...docComment([
      `As \`${names.create}\`, where the thread must not be held up while code is compiled.`,
    ]),
    ...signature(
      `export function ${names.create}Async`,
      parameters,
      typed ? `: Promise<${names.work}> {` : " {",
    ),
    ...compiledThen(
      `${runtime("wasmCompile")}(${code})`,
      `${names.create}(${sizes.length === 0 ? "" : "sizes"})`,
    ),
    "}",
    ...lengthenLines(unit, options),
  ];
}

/** The function that gives a work object longer tapes, where a stage has found one full. */
function lengthenLines({ tapes, staged }: Unit, { context, names, sizes, model }: WorkOptions) {
  if (tapes.size === 0) return [];
  const { typed, runtime } = context;
  const longer = staged.flatMap(({ program }) =>
    [...program.tapes].map(([tape, cell]) => {
      const field = tapes.get(tape) ?? "";
      const held = `numbers[${cell / 8}]${typed ? "!" : ""}`;
      return `    ${field}: ${runtime("wasmRoom")}(room.${field}, ${held}),`;
    }),
  );
  return [
    "",
    ...docComment([
      "Has room for more iterations in a new memory. Arrays from before stay what they are:",
      "inputs are copied from them from now on.",
    ]),
    ...signature(
      `function ${lengthenName(model)}`,
      [typed ? `work: ${names.work}` : "work"],
      typed ? `: ${names.work} {` : " {",
    ),
    "  const { room, numbers } = work;",
    `  const longer = ${names.create}(${sizes.length === 0 ? "" : "work.sizes, "}{`,
    ...longer,
    "  });",
    "  return Object.assign(work, longer, { inputs: work.inputs });",
    "}",
  ];
}

export function lengthenName({ name }: WorkOptions["model"]): string {
  return `lengthen${capitalised(name)}Tapes`;
}

function compiledThen(compiled: string, create: string): readonly string[] {
  const flat = `  return ${compiled}.then(() => ${create});`;
  if (flat.length <= printWidth) return [flat];
  return [`  return ${compiled}.then(() =>`, `    ${create},`, "  );"];
}

/** The module itself. */
export function printCode(unit: Unit): readonly string[] {
  if (unit.staged.every(({ program }) => stagesOf(program).length === 0)) return [];
  return [
    ...docComment([`The stages of \`${unit.model.name}\` in WebAssembly.`]),
    `const ${unit.model.name}Code = wasmCode(`,
    `  "${unit.code}",`,
    ...(unit.relaxed === null ? [] : [`  "${unit.relaxed}",`]),
    ");",
  ];
}

/** Statements that make the stages and say where everything lies. */
export function printMembers(unit: Unit, options: WorkOptions): readonly string[] {
  const { context } = options;
  const prefix = capitalised(unit.model.name);
  const staged = unit.staged.filter(({ program }) => stagesOf(program).length > 0);
  if (staged.length === 0) return [];
  const { views } = unit;
  const at = staged.flatMap(({ kind, program }) => [
    `    ${kind}: {`,
    ...addressLines(program, kind, views, options),
    "    },",
  ]);
  const calls = staged.flatMap(({ kind, program }) =>
    program.calls.flatMap(({ name, call, passes }) => [
      `    ${name}: (${passes ? (context.typed ? "value: number" : "value") : ""}) => {`,
      ...callLines(
        context.runtime(call.callee),
        hostArguments(program.program, call, kind, views, options),
        "      ",
      ),
      "    },",
    ]),
  );
  const hosts = unit.hosts.map((callee) => `    ${hostField(callee, options)},`);
  return [
    "  const at = {",
    ...at,
    "  };",
    ...objectLines("host", "Functions of JavaScript that the stages call.", hosts),
    ...objectLines("calls", "What the stages leave to JavaScript, over the same memory.", calls),
    ...stagesLines(
      context.runtime("wasmStages"),
      `${unit.model.name}Code`,
      context.typed ? ` as ${prefix}Stages` : "",
    ),
  ];
}

function stagesLines(callee: string, code: string, cast: string): readonly string[] {
  const parts = [code, "memory", "host", "calls"];
  const flat = `  const stages = ${callee}(${parts.join(", ")})${cast};`;
  if (flat.length <= printWidth) return [flat];
  return [`  const stages = ${callee}(`, ...parts.map((part) => `    ${part},`), `  )${cast};`];
}

function objectLines(name: string, what: string, fields: readonly string[]): readonly string[] {
  return fields.length === 0
    ? [`  const ${name} = {};`]
    : [`  // ${what}`, `  const ${name} = {`, ...fields, "  };"];
}

/** A function of numbers for the module: `sin: Math.sin`. */
function hostField(callee: string, { context }: WorkOptions): string {
  if (callee === "remainder")
    return context.typed
      ? "remainder: (a: number, b: number) => a % b"
      : "remainder: (a, b) => a % b";
  const name = hostName(callee);
  if (name !== callee) return `${name}: ${callee}`;
  const local = context.runtime(callee);
  return local === name ? name : `${name}: ${local}`;
}

/** Where each array begins that the stages of a program are called with. */
function addressLines(
  staged: StagedProgram,
  kind: "forward" | "gradient",
  views: ReadonlyMap<string, InputView>,
  options: WorkOptions,
): readonly string[] {
  const lines = new Set<string>();
  for (const { parameters } of stagesOf(staged))
    for (const { argument } of parameters) {
      if (argument.kind === "buffer")
        lines.add(
          `      ${options.bufferName(staged.program, argument.buffer)}: ${viewOf(staged.program, argument, kind, views, options)}.byteOffset,`,
        );
    }
  return [...lines];
}

/** The view of a buffer, inside the function that creates the work object. */
function viewOf(
  program: Program,
  { buffer }: Extract<StageArgument, { kind: "buffer" }>,
  kind: "forward" | "gradient",
  views: ReadonlyMap<string, InputView>,
  { bufferName }: WorkOptions,
): string {
  if (buffer.role !== "input") return `${kind}.${bufferName(program, buffer)}`;
  const view = views.get(inputName(buffer.node));
  if (view === undefined) throw new Error("an input without a place");
  return `views.${view.field}`;
}

function hostArguments(
  program: Program,
  call: HostCall,
  kind: "forward" | "gradient",
  views: ReadonlyMap<string, InputView>,
  options: WorkOptions,
): readonly string[] {
  return call.arguments.map((part) =>
    part.kind === "buffer"
      ? viewOf(program, { kind: "buffer", buffer: part }, kind, views, options)
      : plainArgument(part),
  );
}

/** An argument that is not an array. */
export function plainArgument(
  part: Exclude<HostCall["arguments"][number], { kind: "buffer" }>,
): string {
  switch (part.kind) {
    case "dim":
      return dimCode(part.value).text;
    case "text":
      return JSON.stringify(part.value);
    case "passed":
      return "value";
    case "number":
    case "boolean":
      return String(part.value);
  }
}
