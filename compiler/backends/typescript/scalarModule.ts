import type { ModelFunction } from "../../elaborate/function.js";
import type { Structure } from "../../ir/structure.js";
import type { Node } from "../../ir/node.js";
import type { Program, ProgramOutput } from "../../schedule/program.js";
import { printBody } from "./functionBody.js";
import { expressionText } from "./expression.js";
import { docComment, signature } from "./layout.js";
import { Names, toIdentifier } from "./names.js";
import type { ModuleContext, Programs } from "./module.js";
import {
  gradientMembers,
  leafType,
  literalText,
  property,
  typeText,
  type Member,
} from "./structures.js";
import { printWidth } from "./width.js";

/** Functions of numbers: the function and its gradient, as plain functions of plain numbers. */
export function printScalarModule(
  model: ModelFunction,
  programs: Programs,
  context: ModuleContext,
): readonly string[] {
  return [
    ...printForward(model, programs.forward, context),
    "",
    ...printGradient(model, programs, context),
  ];
}

function printForward(
  model: ModelFunction,
  program: Program,
  context: ModuleContext,
): readonly string[] {
  const writer = new ScalarFunction(program, context, false);
  const parameters = writer.parameters(model.parameters);
  const type = context.typed ? `: ${typeText(model.result, () => "number")}` : "";
  const doc = model.doc === undefined ? [`\`${model.name}\`.`] : model.doc.split("\n");
  return [
    ...docComment(doc),
    ...signature(`export function ${model.name}`, parameters, `${type} {`),
    ...writer.prologue,
    ...writer.body(),
    `  return ${writer.structureText(model.result)};`,
    "}",
  ];
}

function printGradient(
  model: ModelFunction,
  { gradient: program, cotangents, wrt }: Programs,
  context: ModuleContext,
): readonly string[] {
  const writer = new ScalarFunction(program, context, true);
  const isGradient = cotangents.length === 0;
  const name = `${model.name}${isGradient ? "Grad" : "Vjp"}`;
  const parameters = [
    ...writer.parameters(model.parameters),
    ...cotangents.map((node) => writer.parameter(node)),
  ];
  const value = { name: "value", structure: model.result };
  const gradients = gradientMembers(model, wrt);
  const fields = [value, ...gradients];
  const type = `{ ${fields.map((field) => `${field.name}: ${typeText(field.structure, () => "number")}`).join("; ")} }`;
  const body = writer.body();
  const items = fields.map((field) => property(field.name, writer.structureText(field.structure)));
  const doc = isGradient
    ? `\`${model.name}\` and its gradient.`
    : `\`${model.name}\` and its vector-Jacobian product with the given cotangent.`;
  return [
    ...docComment([doc]),
    ...signatureWithType(
      `export function ${name}`,
      parameters,
      fields,
      context.typed ? type : null,
    ),
    ...writer.prologue,
    ...body,
    ...(body.length > 0 ? [""] : []),
    ...returnObject(items),
    "}",
  ];
}

function returnObject(items: readonly string[]): readonly string[] {
  const flat = `  return { ${items.join(", ")} };`;
  if (flat.length <= 80) return [flat];
  return ["  return {", ...items.map((item) => `    ${item},`), "  };"];
}

/** A long list of parameters is broken first, then the type of the result. */
function signatureWithType(
  head: string,
  parameters: readonly string[],
  fields: readonly Member<string>[],
  type: string | null,
): readonly string[] {
  if (type === null) return signature(head, parameters, " {");
  const flat = `${head}(${parameters.join(", ")}): ${type} {`;
  if (flat.length <= printWidth) return [flat];
  const lines = fields.map(
    (field) => `  ${field.name}: ${typeText(field.structure, () => "number")};`,
  );
  // The formatter never breaks a single parameter before an object type.
  const single = `${head}(${parameters.join(", ")}): {`;
  if (parameters.length <= 1 && single.length <= printWidth) return [single, ...lines, "} {"];
  const broken = [`${head}(`, ...parameters.map((parameter) => `  ${parameter},`)];
  const close = `): ${type} {`;
  return close.length <= printWidth ? [...broken, close] : [...broken, "): {", ...lines, "} {"];
}

/** One function of numbers being printed. */
class ScalarFunction {
  readonly names: Names;
  readonly prologue: string[] = [];
  readonly #program: Program;
  readonly #context: ModuleContext;
  readonly #headings: boolean;

  constructor(program: Program, context: ModuleContext, headings: boolean) {
    this.#program = program;
    this.#context = context;
    this.#headings = headings;
    this.names = new Names(context.moduleNames);
  }

  parameters(parameters: ModelFunction["parameters"]): readonly string[] {
    return parameters.map(({ name, structure }) => {
      if (structure.kind === "leaf") return this.parameter(structure.value);
      const own = this.names.fresh(name);
      this.prologue.push(`  const ${this.#pattern(structure)} = ${own};`);
      return this.#context.typed ? `${own}: ${typeText(structure, leafType)}` : own;
    });
  }

  parameter(node: Node): string {
    const name = this.#bind(node);
    return this.#context.typed
      ? `${name}: ${node.type.dtype === "bool" ? "boolean" : "number"}`
      : name;
  }

  /** Names the variable of an input: the author's name. */
  #bind(node: Node): string {
    const local = this.#inputLocal(node);
    return this.names.of(local, node.name ?? "x");
  }

  #inputLocal(node: Node): object {
    const index = this.#program.inputs.indexOf(node);
    return this.#program.inputPlaces[index] ?? node;
  }

  #pattern(structure: Structure<Node>): string {
    switch (structure.kind) {
      case "leaf":
        return this.#bind(structure.value);
      case "object":
        return `{ ${structure.fields.map((field) => property(field.name, this.#pattern(field.value))).join(", ")} }`;
      case "tuple":
        return `[${structure.elements.map((element) => this.#pattern(element)).join(", ")}]`;
    }
  }

  body(): readonly string[] {
    return printBody(this.#program, {
      names: this.names,
      typed: this.#context.typed,
      runtime: this.#context.runtime,
      inline: this.#context.inline,
      stages: "statement",
      headings: this.#headings,
    });
  }

  structureText(structure: Structure<string>): string {
    return literalText(structure, (leaf) => this.#output(leaf));
  }

  #output(name: string): string {
    const output = this.#program.outputs.find(
      (candidate: ProgramOutput) => candidate.name === name,
    );
    if (output === undefined || output.value.kind === "buffer")
      throw new Error(`no scalar result ${name}`);
    return expressionText(output.value, {
      typed: this.#context.typed,
      nameOfLocal: (local) => this.names.of(local, local.node.name ?? "t"),
      nameOfBuffer: (buffer) => toIdentifier(buffer.node.name ?? "t"),
      nameOfLoop: () => "i",
      runtime: this.#context.runtime,
    });
  }
}
