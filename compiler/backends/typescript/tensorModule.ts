import type { ModelFunction } from "../../elaborate/function.js";
import { dimNames, dimProduct } from "../../ir/dim.js";
import type { Node } from "../../ir/node.js";
import { leavesOf, type Structure } from "../../ir/structure.js";
import type { Program } from "../../schedule/program.js";
import { authorsNames } from "./authorsNames.js";
import { dimCode, expressionText, type ExpressionContext } from "./expression.js";
import { callLines, destructure, docComment, signature } from "./layout.js";
import { inputsInterface, tangentPaths, tangentsInterface, valueInterface } from "./interfaces.js";
import type { ModuleContext, Programs } from "./module.js";
import { capitalised, Names } from "./names.js";
import type { SplitBody } from "./split.js";
import {
  gradientMembers,
  leafPaths,
  leafType,
  memberLines,
  outputNode,
  outputValue,
  shapeComment,
  type Member,
} from "./structures.js";
import { printTensorBody, readsName, type TensorFunction } from "./tensorBody.js";
import { printCreateWork } from "./workObject.js";

/** Functions of tensors: interfaces, a work object allocated once, the function and its gradient. */
export class TensorModule {
  readonly #model: ModelFunction;
  readonly #programs: Programs;
  readonly #context: ModuleContext;
  readonly #sizes: readonly string[];
  readonly #names: ReadonlyMap<Program, Names>;
  readonly #inputs: string;
  readonly #gradients: string;
  readonly #work: string;
  readonly #check: string;
  /** The type of the result: a name of its own where it has several parts. */
  readonly #value: string;

  constructor(model: ModelFunction, programs: Programs, context: ModuleContext) {
    this.#model = model;
    this.#programs = programs;
    this.#context = context;
    this.#sizes = [...new Set([...programs.forward.sizes, ...programs.gradient.sizes])].toSorted();
    this.#names = new Map(
      [programs.forward, programs.gradient].map((program) => [program, this.#namesFor(program)]),
    );
    const prefix = capitalised(model.name);
    this.#inputs = `${prefix}Inputs`;
    this.#gradients = `${prefix}Gradients`;
    this.#work = `${prefix}Work`;
    this.#check = `check${prefix}Inputs`;
    this.#value =
      model.result.kind === "leaf"
        ? leafType(outputNode(programs.forward, model.result.value))
        : `${prefix}Value`;
  }

  print(): readonly string[] {
    const { forward, gradient } = this.#programs;
    return [
      ...(this.#context.typed ? this.#interfaces() : []),
      ...this.#createWork(this.#gradients, this.#model.result.kind === "leaf" ? null : this.#value),
      "",
      ...this.#checkInputs(),
      "",
      ...this.#forward(forward),
      "",
      ...this.#gradient(gradient),
    ];
  }

  printDerived(doc: readonly string[]): readonly string[] {
    const { forward, cotangents } = this.#programs;
    const type = (leaf: string) => leafType(outputNode(forward, leaf));
    const shape = (leaf: string) => shapeComment(outputNode(forward, leaf));
    const { typed } = this.#context;
    return [
      ...(typed
        ? [
            ...inputsInterface(this.#inputs, this.#model),
            ...tangentsInterface(
              `${capitalised(this.#model.name)}Tangents`,
              this.#model,
              cotangents,
            ),
            ...valueInterface(this.#value, this.#model, type, shape),
          ]
        : []),
      ...this.#createWork(null, this.#value),
      "",
      ...this.#checkInputs(),
      "",
      ...this.#derived(doc),
    ];
  }

  #createWork(gradients: string | null, value: string | null): readonly string[] {
    return printCreateWork({
      model: this.#model,
      programs: this.#programs,
      context: this.#context,
      sizes: this.#sizes,
      names: {
        inputs: this.#inputs,
        create: `create${this.#work}`,
        work: this.#work,
        gradients,
        value,
      },
      bufferName: (program, buffer) => this.#nameIn(program, buffer),
    });
  }

  #derived(doc: readonly string[]): readonly string[] {
    const { typed } = this.#context;
    const { forward: program, cotangents } = this.#programs;
    const { name, result } = this.#model;
    const directions = tangentPaths(this.#model, cotangents);
    const end = [...this.#assignScalars(program, result, "work.value"), "  return work.value;"];
    const parameters = [
      typed ? `inputs: ${this.#inputs}` : "inputs",
      ...(cotangents.length === 0
        ? []
        : [typed ? `tangents: ${capitalised(name)}Tangents` : "tangents"]),
      typed ? `work: ${this.#work}` : "work",
    ];
    const kind = "forward";
    const { before, body } = this.#body({ name, program, kind, directions, parameters, end });
    return [
      ...before,
      ...docComment([...doc, ...throwsLines]),
      ...signature(`export function ${name}`, parameters, `${typed ? `: ${this.#value}` : ""} {`),
      ...body,
      "}",
    ];
  }

  get #isGradient(): boolean {
    return this.#programs.cotangents.length === 0;
  }

  /** Names within the functions of a program: inputs have first choice, then buffers. */
  #namesFor(program: Program): Names {
    const names = this.#context.newNames([...this.#sizes], authorsNames(program));
    program.inputPlaces.forEach((place) => names.of(place, place.node.name ?? "x"));
    program.buffers.forEach((buffer) => names.of(buffer, buffer.node.name ?? "t"));
    return names;
  }

  #nameIn(program: Program, thing: Program["inputPlaces"][number]): string {
    return this.#names.get(program)?.of(thing, thing.node.name ?? "t") ?? "t";
  }

  // Interfaces

  #interfaces(): readonly string[] {
    const { gradient, wrt } = this.#programs;
    const type = (leaf: string) => leafType(outputNode(gradient, leaf));
    const shape = (leaf: string) => shapeComment(outputNode(gradient, leaf));
    const { name, result } = this.#model;
    const value: Member<string> =
      result.kind === "leaf"
        ? { name: "value", structure: result }
        : { name: "value", structure: { kind: "leaf", value: "" } };
    const members = [value, ...gradientMembers(this.#model, wrt)];
    return [
      ...inputsInterface(this.#inputs, this.#model),
      ...valueInterface(this.#value, this.#model, type, shape),
      ...docComment([
        `The value of \`${name}\` and its gradient; the next call overwrites the arrays.`,
      ]),
      `export interface ${this.#gradients} {`,
      ...members.flatMap((member) =>
        memberLines(
          member,
          (leaf) => (leaf === "" ? this.#value : type(leaf)),
          (leaf) => (leaf === "" ? null : shape(leaf)),
        ),
      ),
      "}",
      "",
    ];
  }

  // Checks

  #checkInputs(): readonly string[] {
    const { typed } = this.#context;
    const tensors = this.#model.parameters
      .flatMap(({ name, structure }) => leafPaths(structure, name))
      .filter(({ leaf }) => leaf.type.shape.length > 0);
    const used = new Set(tensors.flatMap(({ leaf }) => leaf.type.shape.flatMap(dimNames)));
    const needsSizes = used.size > 0;
    const parameters = [
      typed ? `inputs: ${this.#inputs}` : "inputs",
      ...(needsSizes ? [typed ? `sizes: ${this.#work}["sizes"]` : "sizes"] : []),
    ];
    const checks = tensors.flatMap(({ leaf, path }) =>
      this.#checkLength(leaf, path, `inputs.${path}`, "sizes"),
    );
    if (checks.length === 0) return [];
    return [
      ...signature(`function ${this.#check}`, parameters, `${typed ? ": void" : ""} {`),
      ...destructure(
        this.#sizes.filter((size) => used.has(size)),
        "sizes",
      ),
      ...checks,
      "}",
    ];
  }

  #checkLength(node: Node, name: string, access: string, sizes: string): readonly string[] {
    const { shape } = node.type;
    const parts = [
      JSON.stringify(name),
      `${access}.length`,
      dimCode(dimProduct(shape)).text,
      JSON.stringify(shape.map((dim) => dimCode(dim).text).join(" × ")),
      ...(shape.some((dim) => dimNames(dim).length > 0) ? [sizes] : []),
    ];
    return callLines(this.#context.runtime("checkLength"), parts, "  ");
  }

  #callCheck(): readonly string[] {
    const tensors = this.#model.parameters
      .flatMap(({ structure }) => leavesOf(structure))
      .filter((node) => node.type.shape.length > 0);
    if (tensors.length === 0) return [];
    const named = tensors.some((node) => node.type.shape.some((dim) => dimNames(dim).length > 0));
    return [`  ${this.#check}(inputs${named ? ", work.sizes" : ""});`];
  }

  // Functions

  #forward(program: Program): readonly string[] {
    const { typed } = this.#context;
    const { result } = this.#model;
    const end =
      result.kind === "leaf"
        ? [`  return ${this.#outputText(program, result.value)};`]
        : [...this.#assignScalars(program, result, "work.value"), "  return work.value;"];
    const parametersWith = (work: string) =>
      typed ? [`inputs: ${this.#inputs}`, `${work}: ${this.#work}`] : ["inputs", work];
    const { name } = this.#model;
    const parameters = parametersWith("work");
    const kind = "forward";
    const { before, body } = this.#body({ name, program, kind, directions: [], parameters, end });
    // The signature is the same for all models; a name with `_` says that this one needs no memory.
    const isUsed = readsName(body, "work");
    const type = typed ? `: ${this.#value}` : "";
    const doc = this.#model.doc?.split("\n") ?? [`\`${this.#model.name}\`.`];
    return [
      ...before,
      ...docComment([...doc, ...throwsLines]),
      ...signature(
        `export function ${name}`,
        parametersWith(isUsed ? "work" : "_work"),
        `${type} {`,
      ),
      ...body,
      "}",
    ];
  }

  #gradient(program: Program): readonly string[] {
    const { typed } = this.#context;
    const { name, result } = this.#model;
    const members = gradientMembers(this.#model, this.#programs.wrt);
    const scalars = [
      ...this.#assignScalars(program, result, "result.value"),
      ...members.flatMap((member) =>
        this.#assignScalars(program, member.structure, `result.${member.name}`),
      ),
    ];
    const end =
      scalars.length === 0
        ? ["  return work.result;"]
        : ["  const { result } = work;", ...scalars, "  return result;"];
    const parameters = [
      typed ? `inputs: ${this.#inputs}` : "inputs",
      ...(this.#isGradient ? [] : [typed ? `cotangent: ${this.#value}` : "cotangent"]),
      typed ? `work: ${this.#work}` : "work",
    ];
    const doc = this.#isGradient
      ? `\`${name}\` and its gradient.`
      : `\`${name}\` and its vector-Jacobian product with the cotangent.`;
    const { before, body } = this.#body({
      name: `${name}${this.#isGradient ? "Grad" : "Vjp"}`,
      program,
      kind: "gradient",
      directions: this.#cotangentPaths(),
      parameters,
      end,
    });
    return [
      ...before,
      ...docComment([doc, ...throwsLines]),
      ...signature(
        `export function ${name}${this.#isGradient ? "Grad" : "Vjp"}`,
        parameters,
        `${typed ? `: ${this.#gradients}` : ""} {`,
      ),
      ...body,
      "}",
    ];
  }

  /** Everything between the braces: names for what is used, checks, the statements, the result. */
  #body(parts: TensorFunction): SplitBody {
    return printTensorBody({
      ...parts,
      model: this.#model,
      context: this.#context,
      sizes: this.#sizes,
      names: this.#names.get(parts.program) ?? new Names(),
      checkInputs: this.#callCheck(),
      checkDirections: parts.directions.flatMap(({ node, path }) =>
        node.type.shape.length === 0 ? [] : this.#checkLength(node, path, path, "work.sizes"),
      ),
    });
  }

  #cotangentPaths(): readonly { readonly node: Node; readonly path: string }[] {
    const paths = new Map(
      leafPaths(this.#model.result, "cotangent").map(({ leaf, path }) => [`d${leaf}`, path]),
    );
    return this.#programs.cotangents.map((node) => ({
      node,
      path: paths.get(String(node.attrs["name"])) ?? "cotangent",
    }));
  }

  /** Arrays of a result are where they belong already; numbers are written into it. */
  #assignScalars(program: Program, structure: Structure<string>, path: string): readonly string[] {
    return leafPaths(structure, path).flatMap(({ leaf, path: place }) =>
      outputValue(program, leaf).kind === "buffer"
        ? []
        : [`  ${place} = ${this.#outputText(program, leaf)};`],
    );
  }

  #outputText(program: Program, leaf: string): string {
    const value = outputValue(program, leaf);
    if (value.kind === "buffer") return this.#nameIn(program, value);
    const names = this.#names.get(program) ?? new Names();
    const context: ExpressionContext = {
      typed: this.#context.typed,
      nameOfLocal: (local) => names.of(local, local.node.name ?? "t"),
      nameOfBuffer: (buffer) => names.of(buffer, buffer.node.name ?? "t"),
      nameOfLoop: () => "i",
      runtime: this.#context.runtime,
    };
    return expressionText(value, context);
  }
}

const throwsLines = ["", "@throws RangeError if an input does not have the size its type says"];
