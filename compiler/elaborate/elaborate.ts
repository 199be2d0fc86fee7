import { DiagnosticSink, type Span } from "../diagnostic.js";
import { dimNames, type Dim } from "../ir/dim.js";
import { reachable } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { leavesOf } from "../ir/structure.js";
import { isFloat, type TensorType } from "../ir/type.js";
import type { FunctionDeclaration, Module, Parameter } from "../syntax/tree.js";
import { contents } from "./arrays.js";
import { Abandoned, Budget, Context, type Placed } from "./context.js";
import { evaluateExpression } from "./expressions.js";
import type { ModelFunction } from "./function.js";
import { checkIdentifier } from "./identifiers.js";
import { bindParameters, inlineCall, runBody } from "./inlining.js";
import {
  declaredType,
  inputsOf,
  makeInputs,
  structureValue,
  type DeclaredParameter,
} from "./inputs.js";
import { Program } from "./modules.js";
import { callableOf } from "./names.js";
import { readResult, type Result } from "./results.js";
import { Scope } from "./scopes.js";
import { didYouMean } from "./suggest.js";
import { POISON, type Value } from "./values.js";

export interface ElaborateOptions {
  /** The functions to elaborate; by default every exported one, in a math string every one. */
  readonly functions?: readonly string[] | undefined;
  /** Types of parameters that are written without one, by name. */
  readonly parameterTypes?: Readonly<Record<string, TensorType>> | undefined;
  /** `"f64"` makes every f32 an f64, so that gradients can be checked numerically. */
  readonly precision?: "f64" | undefined;
  /** The texts of the modules, by path; without them nothing is quoted in generated code. */
  readonly sources?: ReadonlyMap<string, string> | undefined;
}

/**
 * From syntax trees to graphs: resolves names, inlines calls, unrolls short
 * loops, and checks shapes. All problems go to `sink`; a function with an
 * error is left out of the result.
 *
 * `modules` is keyed by project-relative path; `entry` is one of its keys.
 */
export function elaborate(
  modules: ReadonlyMap<string, Module>,
  entry: string,
  sink: DiagnosticSink,
  options: ElaborateOptions = {},
): readonly ModelFunction[] {
  const module = modules.get(entry);
  if (module === undefined) {
    sink.error("FG211", `there is no file "${entry}" in the program`);
    return [];
  }
  const program = new Program(modules, options.sources ?? new Map(), sink);
  checkDeclarations(module, sink);
  const budget = new Budget();
  const attempts = chosen(module, sink, options).map((declaration) => {
    const own = new DiagnosticSink();
    if (budget.isSpent) return { declaration, own, result: undefined };
    const context = new Context(
      program,
      { evaluate: evaluateExpression, inline: inlineCall },
      own,
      budget,
      options.precision,
    );
    const result = elaborateFunction(context, declaration, module, options);
    return { declaration, own, result };
  });
  return attempts.flatMap(({ declaration, own, result }) => {
    if (result === undefined && isHelper(program, declaration, options)) return [];
    for (const diagnostic of own.diagnostics) sink.add(diagnostic);
    return result ?? [];
  });
}

/**
 * A function without all its types that others call is meant for their
 * arguments: `layer(x, w) = relu(x @ w)` makes no sense of scalars, and need
 * not. Its own errors show where it is called.
 */
function isHelper(
  program: Program,
  declaration: FunctionDeclaration,
  { parameterTypes = {}, functions }: ElaborateOptions,
): boolean {
  const untyped = declaration.parameters.some(
    ({ type, pattern }) =>
      type === undefined &&
      !(pattern.kind === "name" && Object.hasOwn(parameterTypes, pattern.name)),
  );
  const asked = functions?.includes(declaration.name) ?? false;
  const callersOf = (one: object) => program.callers.get(one) ?? new Set<object>();
  // Functions that call each other in a circle are not each other's helpers.
  const serves = [...callersOf(declaration)].some((caller) => !callersOf(caller).has(declaration));
  return untyped && !asked && serves;
}

/** Reports names that are declared twice at the top of a module. */
function checkDeclarations(module: Module, sink: DiagnosticSink): void {
  const seen = new Map<string, Span>();
  const declared = [
    ...module.functions.map(({ name, nameSpan }) => ({ name, span: nameSpan })),
    ...module.constants,
  ].toSorted((a, b) => a.span.start - b.span.start);
  for (const { name, span } of declared) {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, span);
    else {
      sink.error("FG208", `\`${name.slice(0, 40)}\` is declared twice`, span, {
        accepted: "each name once at the top of a file",
        notes: [{ message: "it is declared here first", span: first }],
      });
    }
  }
}

function chosen(
  module: Module,
  sink: DiagnosticSink,
  { functions }: ElaborateOptions,
): readonly FunctionDeclaration[] {
  const available = module.functions.filter(
    ({ exported }) => exported || module.language === "math",
  );
  if (functions === undefined) return available;
  return functions.flatMap((name) => {
    const found = available.find((one) => one.name === name);
    if (found !== undefined) return [found];
    const names = available.map((one) => one.name);
    sink.error(
      "FG217",
      `${module.path} has no exported function \`${name.slice(0, 40)}\``,
      undefined,
      {
        accepted: names.length > 0 ? names.join(", ") : "the file exports no function",
        hint: didYouMean(name, names),
      },
    );
    return [];
  });
}

function elaborateFunction(
  context: Context,
  declaration: FunctionDeclaration,
  module: Module,
  options: ElaborateOptions,
): ModelFunction | undefined {
  const { sink } = context;
  const errorsBefore = errorCount(sink);
  try {
    const parameters = declareParameters(context, declaration, module, options);
    const value = elaborateBody(context, declaration, module, parameters);
    const result = readResult(context, value, declaration.nameSpan);
    if (result === undefined || errorCount(sink) > errorsBefore) return undefined;
    const declared = parameters.filter((one) => one !== undefined);
    if (refuseGradientNames(context, declared, result, declaration.nameSpan)) return undefined;
    warnUnused(context, declared, result);
    return modelFunction(declaration, declared, result);
  } catch (failure) {
    if (!(failure instanceof Abandoned)) throw failure;
    return undefined;
  }
}

function errorCount(sink: DiagnosticSink): number {
  return sink.diagnostics.filter(({ severity }) => severity === "error").length;
}

/** A parameter whose type is not accepted is undefined, and its name erroneous in the body. */
function declareParameters(
  context: Context,
  { name, parameters, nameSpan }: FunctionDeclaration,
  module: Module,
  { parameterTypes = {} }: ElaborateOptions,
): readonly (DeclaredParameter | undefined)[] {
  checkIdentifier(context, name, "function", nameSpan);
  const names = parameterNames(parameters);
  return parameters.map((parameter, i) => {
    const { pattern } = parameter;
    const key = names[i] ?? "";
    const given =
      pattern.kind === "name" && Object.hasOwn(parameterTypes, key)
        ? parameterTypes[key]
        : undefined;
    const type = declaredType(context, parameter, module, given);
    return type === undefined ? undefined : makeInputs(context, key, parameter, type, module);
  });
}

/** Names of the parameters; a destructured one has none and is called `params`. */
function parameterNames(parameters: readonly Parameter[]): readonly string[] {
  const taken = new Set(
    parameters.flatMap(({ pattern }) => (pattern.kind === "name" ? [pattern.name] : [])),
  );
  return parameters.map(({ pattern }) => {
    if (pattern.kind === "name") return pattern.name;
    let name = "params";
    for (let i = 2; taken.has(name); i++) name = `params${i}`;
    taken.add(name);
    return name;
  });
}

function elaborateBody(
  context: Context,
  declaration: FunctionDeclaration,
  module: Module,
  parameters: readonly (DeclaredParameter | undefined)[],
): Value {
  const callable = callableOf(declaration, module);
  const scope = new Scope({ module, sizes: namedSizes(parameters) });
  const values = declaration.parameters.map(({ span }, i): Placed => {
    const parameter = parameters[i];
    const value = parameter === undefined ? POISON : structureValue(parameter.structure);
    return { value, span };
  });
  context.calls.push({ callable, span: declaration.nameSpan, isStatement: false });
  bindParameters(context, declaration.parameters, values, scope);
  return contents(context, runBody(context, callable, scope, 0));
}

/** The sizes named in the types of the parameters, each standing for itself. */
function namedSizes(parameters: readonly (DeclaredParameter | undefined)[]): Map<string, Dim> {
  const inputs = inputsOf(parameters.filter((one) => one !== undefined));
  const names = inputs.flatMap(({ type }) => type.shape.flatMap(dimNames));
  return new Map(names.map((name) => [name, name]));
}

/** The gradient stands beside the result under `d` and the parameter's name, which is then no name for a result. */
function refuseGradientNames(
  context: Context,
  parameters: readonly DeclaredParameter[],
  { outputs }: Result,
  span: Span,
): boolean {
  const floats = inputsOf(parameters).filter(({ type }) => isFloat(type.dtype));
  const paths = new Map(floats.map((node) => [`d${String(node.attrs["name"])}`, node]));
  const clashing = outputs.filter(({ name }) => paths.has(name));
  for (const { name } of clashing) {
    context.error("FG213", `the result cannot have a field \`${name}\``, span, {
      accepted: `another name: \`${name}\` is that of the gradient by \`${name.slice(1)}\``,
    });
  }
  return clashing.length > 0;
}

function warnUnused(
  context: Context,
  parameters: readonly DeclaredParameter[],
  { outputs }: Result,
): void {
  const used = new Set(reachable(outputs.map(({ node }) => node)));
  for (const { structure, syntax } of parameters) {
    for (const node of leavesOf(structure)) {
      if (used.has(node)) continue;
      const span = context.inputSpans.get(node) ?? syntax.span;
      const path = String(node.attrs["name"]);
      context.sink.warning("FG404", `the result does not depend on \`${path}\``, span, {
        hint: isFloat(node.type.dtype)
          ? "its gradient is zero; leave the parameter out if that is not meant"
          : "leave the parameter out if that is not meant",
      });
    }
  }
}

function modelFunction(
  { name, doc, tags, nameSpan }: FunctionDeclaration,
  parameters: readonly DeclaredParameter[],
  { outputs, structure }: Result,
): ModelFunction {
  const inputs = inputsOf(parameters);
  const declared: readonly Node[] = parameters.flatMap((one) => one.declared);
  return {
    name,
    doc,
    tags,
    span: nameSpan,
    graph: { name, inputs, outputs },
    parameters: parameters.map((one) => ({
      name: one.name,
      structure: one.structure,
    })),
    result: structure,
    wrt: declared.length > 0 ? declared : inputs.filter(({ type }) => isFloat(type.dtype)),
  };
}
