import type { ModelFunction } from "../../elaborate/function.js";
import type { Node } from "../../ir/node.js";
import { leavesOf, type Structure } from "../../ir/structure.js";
import type { Program } from "../../schedule/program.js";
import { expressionText } from "./expression.js";
import { printBody } from "./functionBody.js";
import { docComment, signature } from "./layout.js";
import type { DerivedFunction, ModuleContext, Programs } from "./module.js";
import { identifiersIn, toIdentifier, type Names } from "./names.js";
import { splitBody, type PartHead, type SplitBody } from "./split.js";
import {
  gradientMembers,
  leafType,
  literalText,
  outputNode,
  outputValue,
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
  const writer = new ScalarFunction(program, context, model.parameters, []);
  const { body, before, end } = writer.print(model.name, false, () => [
    `  return ${writer.structureText(model.result)};`,
  ]);
  const type = context.typed ? `: ${typeText(model.result, writer.leafType)}` : "";
  const doc = model.doc === undefined ? [`\`${model.name}\`.`] : model.doc.split("\n");
  const { parameters, prologue } = writer.head([...body, ...end]);
  return [
    ...before,
    ...docComment(doc),
    ...signature(`export function ${model.name}`, parameters, `${type} {`),
    ...prologue,
    ...body,
    ...end,
    "}",
  ];
}

function printGradient(
  model: ModelFunction,
  { gradient: program, cotangents, wrt }: Programs,
  context: ModuleContext,
): readonly string[] {
  const writer = new ScalarFunction(program, context, model.parameters, cotangents);
  const isGradient = cotangents.length === 0;
  const name = `${model.name}${isGradient ? "Grad" : "Vjp"}`;
  const fields = [{ name: "value", structure: model.result }, ...gradientMembers(model, wrt)];
  const doc = isGradient
    ? `\`${model.name}\` and its gradient.`
    : `\`${model.name}\` and its vector-Jacobian product with the given cotangent.`;
  return printFields(writer, { name, doc: [doc], fields, headings: true }, context);
}

/** A function that returns an object of several fields. */
function printFields(
  writer: ScalarFunction,
  {
    name,
    doc,
    fields,
    headings,
  }: {
    readonly name: string;
    readonly doc: readonly string[];
    readonly fields: readonly Member<string>[];
    readonly headings: boolean;
  },
  context: ModuleContext,
): readonly string[] {
  const { body, before, end } = writer.print(name, headings, () =>
    returnObject(
      fields.map((field) => property(field.name, writer.structureText(field.structure))),
    ),
  );
  const { parameters, prologue } = writer.head([...body, ...end]);
  return [
    ...before,
    ...docComment(doc),
    ...signatureWithType(
      `export function ${name}`,
      parameters,
      fields.map((field) => `${field.name}: ${typeText(field.structure, writer.leafType)}`),
      context.typed,
    ),
    ...prologue,
    ...body,
    ...(body.length > 0 ? [""] : []),
    ...end,
    "}",
  ];
}

/** A function of numbers made of another: its tangents follow its parameters. */
export function printScalarDerived(
  { model, doc, program, directions }: DerivedFunction,
  context: ModuleContext,
): readonly string[] {
  const writer = new ScalarFunction(program, context, model.parameters, directions);
  const { name, result } = model;
  const fields =
    result.kind === "object"
      ? result.fields.map((field) => ({ name: field.name, structure: field.value }))
      : [];
  return printFields(writer, { name, doc, fields, headings: false }, context);
}

function returnObject(items: readonly string[]): readonly string[] {
  const flat = `  return { ${items.join(", ")} };`;
  if (flat.length <= printWidth) return [flat];
  return ["  return {", ...items.map((item) => `    ${item},`), "  };"];
}

/** A long list of parameters is broken first, then the type of the result. */
function signatureWithType(
  head: string,
  parameters: readonly string[],
  members: readonly string[],
  typed: boolean,
): readonly string[] {
  if (!typed) return signature(head, parameters, " {");
  const type = `{ ${members.join("; ")} }`;
  const flat = `${head}(${parameters.join(", ")}): ${type} {`;
  if (flat.length <= printWidth) return [flat];
  const lines = members.map((member) => `  ${member};`);
  // The formatter never breaks a single parameter before an object type.
  const single = `${head}(${parameters.join(", ")}): {`;
  if (parameters.length <= 1 && single.length <= printWidth) return [single, ...lines, "} {"];
  const broken = [`${head}(`, ...parameters.map((parameter) => `  ${parameter},`)];
  const close = `): ${type} {`;
  return close.length <= printWidth ? [...broken, close] : [...broken, "): {", ...lines, "} {"];
}

/** One function of numbers being printed. Parameters have first choice of names. */
class ScalarFunction {
  readonly #program: Program;
  readonly #context: ModuleContext;
  readonly #parameters: ModelFunction["parameters"];
  readonly #cotangents: readonly Node[];
  readonly #names: Names;
  /** Names of parameters that are bundles. */
  readonly #bundles = new Map<Structure<Node>, string>();

  constructor(
    program: Program,
    context: ModuleContext,
    parameters: ModelFunction["parameters"],
    cotangents: readonly Node[],
  ) {
    this.#program = program;
    this.#context = context;
    this.#parameters = parameters;
    this.#cotangents = cotangents;
    this.#names = context.newNames();
    for (const { name, structure } of parameters) {
      if (structure.kind !== "leaf") this.#bundles.set(structure, this.#names.fresh(name));
      for (const leaf of leavesOf(structure)) this.#nameOf(leaf);
    }
    for (const node of cotangents) this.#nameOf(node);
  }

  /** The variable of an input: the author's name. */
  #nameOf(node: Node): string {
    const place = this.#program.inputPlaces[this.#program.inputs.indexOf(node)];
    return this.#names.of(place ?? node, node.name ?? "x");
  }

  readonly leafType = (leaf: string): string => leafType(outputNode(this.#program, leaf));

  /** Parameters and what takes bundles apart; `lines` is the rest of the function, which may not read them all. */
  head(lines: readonly string[]): {
    readonly parameters: readonly string[];
    readonly prologue: readonly string[];
  } {
    const words = identifiersIn(lines);
    const isRead = (node: Node) => words.has(this.#nameOf(node));
    const prologue: string[] = [];
    const plain = (node: Node) => {
      const name = this.#nameOf(node);
      return this.#typed(isRead(node) ? name : `_${name}`, leafType(node));
    };
    const parameters = this.#parameters.map(({ structure }) => {
      if (structure.kind === "leaf") return plain(structure.value);
      const own = this.#bundles.get(structure) ?? "";
      const pattern = this.#pattern(structure, isRead);
      if (pattern !== null) prologue.push(`  const ${pattern} = ${own};`);
      return this.#typed(pattern === null ? `_${own}` : own, typeText(structure, leafType));
    });
    return { parameters: [...parameters, ...this.#cotangents.map(plain)], prologue };
  }

  #typed(name: string, type: string): string {
    return this.#context.typed ? `${name}: ${type}` : name;
  }

  /** The pattern that names what is read of a bundle; null if nothing is. */
  #pattern(structure: Structure<Node>, isRead: (node: Node) => boolean): string | null {
    switch (structure.kind) {
      case "leaf":
        return isRead(structure.value) ? this.#nameOf(structure.value) : null;
      case "object": {
        const fields = structure.fields.flatMap((field) => {
          const inner = this.#pattern(field.value, isRead);
          return inner === null ? [] : [property(field.name, inner)];
        });
        return fields.length === 0 ? null : `{ ${fields.join(", ")} }`;
      }
      case "tuple": {
        const elements = structure.elements.map((element) => this.#pattern(element, isRead));
        const end = elements.findLastIndex((element) => element !== null) + 1;
        return end === 0
          ? null
          : `[${elements
              .slice(0, end)
              .map((element) => element ?? "")
              .join(", ")}]`;
      }
    }
  }

  /** The statements, split where they are many, and the lines after them. */
  print(
    name: string,
    headings: boolean,
    printEnd: () => readonly string[],
  ): SplitBody & { readonly end: readonly string[] } {
    const { typed, runtime, inline } = this.#context;
    const names = this.#names;
    const printed = printBody(this.#program, {
      names,
      typed,
      runtime,
      inline,
      stages: "statement",
      headings,
      memory: "work",
    });
    const end = printEnd();
    const head = (lines: readonly string[]) => this.#partHead(lines);
    return { ...splitBody(printed, { name, names, typed, end, head }), end };
  }

  /** A part takes the inputs it reads, one by one. */
  #partHead(lines: readonly string[]): PartHead {
    const words = identifiersIn(lines);
    const read = this.#program.inputs.filter((node) => words.has(this.#nameOf(node)));
    return {
      parameters: read.map((node) => this.#typed(this.#nameOf(node), leafType(node))),
      arguments: read.map((node) => this.#nameOf(node)),
      prologue: [],
    };
  }

  structureText(structure: Structure<string>): string {
    return literalText(structure, (leaf) => this.#output(leaf));
  }

  #output(name: string): string {
    const value = outputValue(this.#program, name);
    if (value.kind === "buffer") throw new Error(`result ${name} is not a scalar`);
    return expressionText(value, {
      typed: this.#context.typed,
      nameOfLocal: (local) => this.#names.of(local, local.node.name ?? "t"),
      nameOfBuffer: (buffer) => toIdentifier(buffer.node.name ?? "t"),
      nameOfLoop: () => "i",
      runtime: this.#context.runtime,
    });
  }
}
