import type { ModelFunction } from "../../elaborate/function.js";
import type { Graph } from "../../ir/graph.js";
import type { Node } from "../../ir/node.js";
import type { Program } from "../../schedule/program.js";
import { runtimeName } from "./inlineRuntime.js";
import { importLine } from "./layout.js";
import { capitalised, Names, type Reserved } from "./names.js";
import { printScalarDerived, printScalarModule } from "./scalarModule.js";
import { printTensorDerived } from "./tensorDerived.js";
import { TensorModule } from "./tensorModule.js";
import type { MemoryPlan, WorkOptions } from "./workObject.js";

/** A function ready to print: scheduled forward alone, and together with its gradient. */
export interface Programs {
  readonly forward: Program;
  readonly gradient: Program;
  /** Inputs of the gradient that are cotangents of the result; none for a scalar result. */
  readonly cotangents: readonly Node[];
  readonly wrt: ReadonlySet<Node>;
}

export interface CompiledFunction {
  readonly model: ModelFunction;
  readonly stages: Stages;
  readonly programs: Programs;
  /** What is built beside the gradient. */
  readonly derived: readonly DerivedFunction[];
}

/** A function made of another: its Jacobian-vector product, say. */
export interface DerivedFunction {
  /** Under the name and with the result of the derived function; its parameters are the author's. */
  readonly model: ModelFunction;
  readonly doc: readonly string[];
  readonly program: Program;
  /** Inputs for the tangents of the parameters, named `v` + path. */
  readonly directions: readonly Node[];
}

/** The graphs on the way, for inspection. */
export interface Stages {
  /** As elaborated. */
  readonly graph: Graph;
  /** With its gradient. */
  readonly gradient: Graph;
  /** What is scheduled. */
  readonly optimised: Graph;
}

export interface PrintOptions {
  /** TypeScript with types, or plain JavaScript. */
  readonly target: "ts" | "js";
  readonly level: 0 | 2;
  /** Lines of the header comment. */
  readonly header: readonly string[];
  /** Source texts of runtime functions to write into the module instead of importing them. */
  readonly inlineRuntime?:
    ((names: readonly string[], taken: readonly string[]) => string) | undefined;
  /** Where statements over tensors run, if not in the module's own language. */
  readonly engine?: Engine | undefined;
}

/** What runs the statements of functions of tensors in place of the module's own language. */
export interface Engine {
  /** Names it declares at the top of the module for a function. */
  names(model: ModelFunction): readonly string[];
  /** Declarations before those of a function. */
  declarations(options: WorkOptions): readonly string[];
  /** Functions behind the one that creates a work object. */
  functions(options: WorkOptions): readonly string[];
  /** The memory of the work object. */
  memory(options: WorkOptions): MemoryPlan;
  /** What the work object is besides memory, made after it. */
  members(options: WorkOptions): readonly string[];
  /** Lines that run the program, between the checks and the result. */
  body(request: BodyRequest): readonly string[];
  /** Sections at the end of the module. */
  footer(): readonly (readonly string[])[];
}

/** A function body to be printed. */
export interface BodyRequest {
  /** The function and the names of its parameters. */
  readonly name: string;
  readonly parameters: readonly string[];
  readonly program: Program;
  readonly kind: "forward" | "gradient";
  readonly names: Names;
  readonly context: ModuleContext;
  readonly headings: boolean;
}

/** What the functions of one module share. */
export interface ModuleContext {
  readonly typed: boolean;
  readonly inline: boolean;
  /** Names for the variables of a function, none of which hides a name at the top of the module or one of these. */
  readonly newNames: (taken?: readonly string[], kept?: Reserved) => Names;
  /** Notes a function of the runtime and returns its name in the module. */
  readonly runtime: (name: string) => string;
  readonly engine?: Engine | undefined;
}

/** The text of a generated module. */
export function printModule(functions: readonly CompiledFunction[], options: PrintOptions): string {
  const declared = new Set(
    functions.flatMap((one) => [
      ...generatedNames(one),
      ...[one, ...one.derived].flatMap(({ model }) => options.engine?.names(model) ?? []),
    ]),
  );
  // Which runtime functions are called is known once the bodies are printed; no variable may hide them.
  const printed = printFunctions(functions, options, declared, []);
  const called = printed.runtime;
  const reserved = called.map((name) => runtimeName(name, declared));
  const isHidden = printed.scopes.some((names) => reserved.some((name) => names.has(name)));
  const { bodies } = isHidden ? printFunctions(functions, options, declared, reserved) : printed;
  const runtime =
    options.inlineRuntime === undefined
      ? importLine(
          called.map((name) => importedAs(name, runtimeName(name, declared))),
          "flatgrad/runtime",
        ).join("\n")
      : options.inlineRuntime(called, [...declared]);
  const sections = [
    options.header.map((line) => `// ${line}`.trimEnd()).join("\n"),
    runtime,
    ...bodies.map((body) => body.join("\n")),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

interface PrintedFunctions {
  readonly bodies: readonly (readonly string[])[];
  /** Functions of the runtime that are called. */
  readonly runtime: readonly string[];
  /** Names of the variables. */
  readonly scopes: readonly Names[];
}

function printFunctions(
  functions: readonly CompiledFunction[],
  options: PrintOptions,
  declared: ReadonlySet<string>,
  reserved: readonly string[],
): PrintedFunctions {
  const used = new Set<string>();
  const scopes: Names[] = [];
  const context: ModuleContext = {
    typed: options.target === "ts",
    inline: options.level > 0,
    newNames: (taken = [], kept) => {
      const names = new Names([...declared, ...reserved, ...taken], kept);
      scopes.push(names);
      return names;
    },
    runtime: (name) => {
      used.add(name);
      return runtimeName(name, declared);
    },
    engine: options.engine,
  };
  const bodies = functions.flatMap(({ model, programs, derived }) => [
    isScalar([programs.forward, programs.gradient])
      ? printScalarModule(model, programs, context)
      : new TensorModule(model, programs, context).print(),
    ...derived.map((one) =>
      isScalar([one.program]) ? printScalarDerived(one, context) : printTensorDerived(one, context),
    ),
  ]);
  const footer = options.engine?.footer() ?? [];
  return { bodies: [...bodies, ...footer], runtime: [...used].toSorted(), scopes };
}

/** Everything a function declares at the top of its module. */
function topNames({ model: { name }, programs }: CompiledFunction): readonly string[] {
  const gradient = `${name}${programs.cotangents.length === 0 ? "Grad" : "Vjp"}`;
  if (isScalar([programs.forward, programs.gradient])) return [name, gradient];
  const prefix = capitalised(name);
  const types = ["Inputs", "Gradients", "Value", "Work"].map((suffix) => `${prefix}${suffix}`);
  return [name, gradient, `create${prefix}Work`, `check${prefix}Inputs`, ...types];
}

/** Everything that is generated for a function and for those made of it. */
export function generatedNames(compiled: CompiledFunction): readonly string[] {
  return [...topNames(compiled), ...compiled.derived.flatMap(derivedNames)];
}

/** Everything a function made of another may declare. */
function derivedNames({ model: { name }, program }: DerivedFunction): readonly string[] {
  if (isScalar([program])) return [name];
  const prefix = capitalised(name);
  const types = ["Inputs", "Tangents", "Value", "Work"].map((suffix) => `${prefix}${suffix}`);
  return [name, `create${prefix}Work`, `check${prefix}Inputs`, ...types];
}

function importedAs(name: string, local: string): string {
  return name === local ? name : `${name} as ${local}`;
}

/** All inputs and results are numbers, and no memory is needed. */
function isScalar(programs: readonly Program[]): boolean {
  return programs.every(
    (program) =>
      program.buffers.length === 0 &&
      program.inputs.every((node) => node.type.shape.length === 0) &&
      program.outputs.every((output) => output.node.type.shape.length === 0) &&
      program.sizes.length === 0,
  );
}
