import type { ModelFunction } from "../../elaborate/function.js";
import { dimMul, dimProduct, type Dim } from "../../ir/dim.js";
import type { Node } from "../../ir/node.js";
import { leavesOf, type Structure } from "../../ir/structure.js";
import { formatShape, type DType } from "../../ir/type.js";
import type { Buffer, Program } from "../../schedule/program.js";
import {
  dimCode,
  expressionText,
  type ExpressionContext,
} from "./expression.js";
import { printBody } from "./functionBody.js";
import { braced, destructure, docComment, signature } from "./layout.js";
import { capitalised, Names } from "./names.js";
import { hasAny, pruned } from "./scalarModule.js";
import type { ModuleContext, Programs } from "./module.js";

const arrayTypes: Readonly<Record<DType, string>> = {
  f32: "Float32Array",
  f64: "Float64Array",
  i32: "Int32Array",
  bool: "Uint8Array",
};

/** Functions of tensors: interfaces, a work object allocated once, the function and its gradient. */
export function printTensorModule(
  model: ModelFunction,
  programs: Programs,
  context: ModuleContext,
): readonly string[] {
  return new TensorModule(model, programs, context).print();
}

class TensorModule {
  readonly #model: ModelFunction;
  readonly #programs: Programs;
  readonly #context: ModuleContext;
  readonly #prefix: string;
  readonly #sizes: readonly string[];
  readonly #isGradient: boolean;

  constructor(
    model: ModelFunction,
    programs: Programs,
    context: ModuleContext,
  ) {
    this.#model = model;
    this.#programs = programs;
    this.#context = context;
    this.#prefix = capitalised(model.name);
    this.#sizes = [
      ...new Set([...programs.forward.sizes, ...programs.gradient.sizes]),
    ].toSorted();
    this.#isGradient = programs.cotangents.length === 0;
  }

  print(): readonly string[] {
    const forward = this.#function(this.#programs.forward, "forward");
    const gradient = this.#function(this.#programs.gradient, "gradient");
    return [
      ...(this.#context.typed ? this.#interfaces() : []),
      ...this.#createWork(),
      "",
      ...this.#checkInputs(),
      "",
      ...forward,
      "",
      ...gradient,
    ];
  }

  get #name(): {
    readonly inputs: string;
    readonly work: string;
    readonly gradients: string;
    readonly result: string;
    readonly create: string;
    readonly check: string;
  } {
    const p = this.#prefix;
    return {
      inputs: `${p}Inputs`,
      work: `${p}Work`,
      gradients: `${p}Gradients`,
      result: `${p}Result`,
      create: `create${p}Work`,
      check: `check${p}Inputs`,
    };
  }

  // Interfaces

  #interfaces(): readonly string[] {
    const { inputs, work, gradients } = this.#name;
    const arena =
      this.#programs.gradient.buffers.length +
        this.#programs.forward.buffers.length >
      0;
    return [
      ...docComment([
        `What \`${this.#model.name}\` reads. Tensors are flat, row-major.`,
      ]),
      `export interface ${inputs} {`,
      ...this.#model.parameters.flatMap(({ name, structure }) =>
        fieldLines(name, structure, (node) => inputType(node), 1),
      ),
      "}",
      "",
      ...docComment([
        `The value of \`${this.#model.name}\` and its gradient; the arrays are overwritten by the next call.`,
      ]),
      `export interface ${gradients} {`,
      ...fieldLines("value", this.#valueStructure(), (leaf) => leaf, 1),
      ...this.#gradientFields().flatMap(({ name, structure }) =>
        fieldLines(name, structure, (leaf) => leaf, 1),
      ),
      "}",
      "",
      ...docComment([
        `Memory for \`${this.#model.name}\` and its gradient, allocated once by \`${this.#name.create}\`.`,
      ]),
      `export interface ${work} {`,
      ...(this.#sizes.length > 0
        ? [
            `  readonly sizes: { ${this.#sizes.map((size) => `readonly ${size}: number`).join("; ")} };`,
          ]
        : []),
      ...(arena ? ["  readonly arena: ArrayBuffer;"] : []),
      ...this.#bufferFields("forward", this.#programs.forward),
      ...this.#bufferFields("gradient", this.#programs.gradient),
      ...(this.#forwardResult() === null
        ? []
        : [`  readonly value: ${this.#forwardType()};`]),
      `  readonly result: ${gradients};`,
      "}",
      "",
    ];
  }

  #bufferFields(name: string, program: Program): readonly string[] {
    if (program.buffers.length === 0) return [];
    const names = this.#bufferNames(program);
    return [
      `  readonly ${name}: {`,
      ...program.buffers.map(
        (buffer) =>
          `    readonly ${names.of(buffer, "t")}: ${arrayTypes[buffer.dtype]};`,
      ),
      "  };",
    ];
  }

  /** Types of the leaves of the value: a number, or an array. */
  #valueStructure(): Structure<string> {
    return typesOf(this.#model.result, this.#programs.gradient);
  }

  #gradientFields(): readonly {
    readonly name: string;
    readonly structure: Structure<string>;
  }[] {
    return this.#gradientStructure().map(({ name, structure }) => ({
      name,
      structure: typesOf(structure, this.#programs.gradient),
    }));
  }

  #gradientStructure(): readonly {
    readonly name: string;
    readonly structure: Structure<string>;
  }[] {
    const { wrt } = this.#programs;
    return this.#model.parameters
      .filter(({ structure }) => hasAny(structure, wrt))
      .map(({ name, structure }) => ({
        name: `d${name}`,
        structure: pruned(structure, wrt),
      }));
  }

  /** The result of the forward function where it is not a single number or array. */
  #forwardResult(): Structure<string> | null {
    return this.#model.result.kind === "leaf" ? null : this.#model.result;
  }

  #forwardType(): string {
    return inlineType(typesOf(this.#model.result, this.#programs.forward));
  }

  // Names

  readonly #named = new Map<Program, Names>();

  /** Names within the functions of a program: parameters first, then buffers. */
  #bufferNames(program: Program): Names {
    const known = this.#named.get(program);
    if (known !== undefined) return known;
    const names = new Names([...this.#context.moduleNames, ...this.#sizes]);
    this.#named.set(program, names);
    program.inputPlaces.forEach((place) =>
      names.of(place, place.node.name ?? "x"),
    );
    program.buffers.forEach((buffer) =>
      names.of(buffer, buffer.node.name ?? "t"),
    );
    return names;
  }

  // The work object

  #createWork(): readonly string[] {
    const { create, work } = this.#name;
    const sizes = this.#sizes;
    const typed = this.#context.typed;
    const type = sizes.map((size) => `${size}: number`).join("; ");
    const parameters =
      sizes.length === 0 ? [] : [typed ? `sizes: { ${type} }` : "sizes"];
    const [forward, gradient] = [
      this.#programs.forward,
      this.#programs.gradient,
    ];
    const {
      lines: offsets,
      offsetOf,
      total,
    } = slotOffsets([forward, gradient]);
    const hasArena = total !== null;
    return [
      ...docComment([
        `Allocates everything \`${this.#model.name}\` and its gradient need${sizes.length === 0 ? "" : " for the given sizes"}.`,
        ...(sizes.length === 0
          ? []
          : ["", "@throws RangeError if a size is not a whole number"]),
      ]),
      ...signature(
        `export function ${create}`,
        parameters,
        `${typed ? `: ${work}` : ""} {`,
      ),
      ...destructure(sizes, "sizes"),
      ...sizes.map(
        (size) =>
          `  ${this.#context.runtime("checkSize")}("${size}", ${size});`,
      ),
      ...offsets,
      ...(hasArena ? [`  const arena = new ArrayBuffer(${total});`] : []),
      ...this.#views("forward", forward, offsetOf),
      ...this.#views("gradient", gradient, offsetOf),
      ...this.#resultObjects(),
      ...workObject([
        ...(sizes.length > 0 ? [`sizes: { ${sizes.join(", ")} }`] : []),
        ...(hasArena ? ["arena"] : []),
        ...(forward.buffers.length > 0 ? ["forward"] : []),
        ...(gradient.buffers.length > 0 ? ["gradient"] : []),
        ...(this.#forwardResult() === null ? [] : ["value"]),
        "result",
      ]),
      "}",
    ];
  }

  #views(
    name: string,
    program: Program,
    offsetOf: (buffer: Buffer) => string,
  ): readonly string[] {
    if (program.buffers.length === 0) return [];
    const names = this.#bufferNames(program);
    const views = program.buffers.flatMap((buffer) => {
      const count = dimCode(dimProduct(buffer.shape)).text;
      const key = names.of(buffer, "t");
      const [callee, parts] = [
        `new ${arrayTypes[buffer.dtype]}`,
        ["arena", offsetOf(buffer), count],
      ];
      const flat = `    ${key}: ${callee}(${parts.join(", ")}),`;
      return flat.length <= 80
        ? [flat]
        : [
            `    ${key}: ${callee}(`,
            ...parts.map((part) => `      ${part},`),
            "    ),",
          ];
    });
    return [`  const ${name} = {`, ...views, "  };"];
  }

  #resultObjects(): readonly string[] {
    const { gradient, forward } = this.#programs;
    const value = valueText(
      this.#model.result,
      gradient,
      this.#bufferNames(gradient),
      "gradient",
    );
    const fields = this.#gradientStructure().map(
      ({ name, structure }) =>
        `${name}: ${valueText(structure, gradient, this.#bufferNames(gradient), "gradient")}`,
    );
    const own = this.#forwardResult();
    const typed = this.#context.typed ? `: ${this.#name.gradients}` : "";
    const forwardValue =
      own === null
        ? []
        : [
            `  const value = ${valueText(own, forward, this.#bufferNames(forward), "forward")};`,
          ];
    return [
      ...forwardValue,
      `  const result${typed} = {`,
      ...[`value: ${value}`, ...fields].map((field) => `    ${field},`),
      "  };",
    ];
  }

  // Checks

  #checkInputs(): readonly string[] {
    const { check, inputs } = this.#name;
    const typed = this.#context.typed;
    const tensors = this.#model.parameters
      .flatMap(({ structure }) => leavesOf(structure))
      .filter((node) => node.type.shape.length > 0);
    const sized = this.#sizes.length > 0;
    const parameters = [
      typed ? `inputs: ${inputs}` : "inputs",
      ...(sized
        ? [typed ? `sizes: ${this.#name.work}["sizes"]` : "sizes"]
        : []),
    ];
    const used = this.#sizes.filter((size) =>
      tensors.some((node) =>
        node.type.shape.some((dim) => dimCode(dim).text.includes(size)),
      ),
    );
    const checks = tensors.flatMap((node) => {
      const path = String(node.attrs["name"]);
      const access = `inputs${accessPath(path)}`;
      const count = dimCode(dimProduct(node.type.shape)).text;
      return callLines(
        this.#context.runtime("checkLength"),
        [JSON.stringify(path), `${access}.length`, count, shapeText(node)],
        "  ",
      );
    });
    return [
      ...signature(
        `function ${check}`,
        parameters,
        `${typed ? ": void" : ""} {`,
      ),
      ...destructure(used, "sizes"),
      ...checks,
      "}",
    ];
  }

  // Functions

  #function(program: Program, kind: "forward" | "gradient"): readonly string[] {
    const { inputs, work, gradients, check } = this.#name;
    const { typed } = this.#context;
    const names = this.#bufferNames(program);
    const isGradient = kind === "gradient";
    const name = isGradient
      ? `${this.#model.name}${this.#isGradient ? "Grad" : "Vjp"}`
      : this.#model.name;
    const cotangent = isGradient && !this.#isGradient;
    const parameters = [
      typed ? `inputs: ${inputs}` : "inputs",
      ...(cotangent
        ? [typed ? `cotangent: ${this.#cotangentType()}` : "cotangent"]
        : []),
      typed ? `work: ${work}` : "work",
    ];
    const returns = isGradient
      ? gradients
      : inlineType(typesOf(this.#model.result, program));
    const body = printBody(program, {
      names,
      typed,
      runtime: this.#context.runtime,
      inline: this.#context.inline,
      stages: "line",
      headings: isGradient,
    });
    const text = body.join("\n");
    const mentions = (identifier: string) =>
      new RegExp(
        `(?<![\\w$.])${identifier.replaceAll("$", "\\$")}(?![\\w$])`,
      ).test(text);
    const end = isGradient
      ? this.#endGradient(program, names)
      : this.#endForward(program, names);
    const all = `${text}\n${end.join("\n")}`;
    const used = (identifier: string) =>
      mentions(identifier) ||
      new RegExp(
        `(?<![\\w$.])${identifier.replaceAll("$", "\\$")}(?![\\w$])`,
      ).test(all);
    const doc = isGradient
      ? [
          this.#isGradient
            ? `\`${this.#model.name}\` and its gradient.`
            : `\`${this.#model.name}\` and its vector-Jacobian product with the cotangent.`,
        ]
      : (this.#model.doc?.split("\n") ?? [`\`${this.#model.name}\`.`]);
    const sizes = this.#sizes.length > 0;
    const cotangentCheck = cotangent ? this.#checkCotangents() : [];
    return [
      ...docComment([
        ...doc,
        "",
        "@throws RangeError if an input does not have the size its type says",
      ]),
      ...signature(
        `export function ${name}`,
        parameters,
        `${typed ? `: ${returns}` : ""} {`,
      ),
      ...destructure(
        this.#sizes.filter(
          (size) =>
            used(size) ||
            cotangentCheck.some((line) =>
              new RegExp(`\\b${size}\\b`).test(line),
            ),
        ),
        "work.sizes",
      ),
      `  ${check}(inputs${sizes ? ", work.sizes" : ""});`,
      ...cotangentCheck,
      ...this.#inputPatterns(names, used),
      ...(cotangent ? this.#cotangentPatterns(names, used) : []),
      ...destructure(
        program.buffers.map((buffer) => names.of(buffer, "t")).filter(used),
        `work.${kind}`,
      ),
      ...(body.length > 0 ? ["", ...body, ""] : []),
      ...end,
      "}",
    ];
  }

  #inputPatterns(
    names: Names,
    used: (name: string) => boolean,
  ): readonly string[] {
    const plain: string[] = [];
    const nested: string[] = [];
    const place = new Map(
      this.#programs.gradient.inputs.map(
        (node, i) => [node, this.#programs.gradient.inputPlaces[i]] as const,
      ),
    );
    const placeForward = new Map(
      this.#programs.forward.inputs.map(
        (node, i) => [node, this.#programs.forward.inputPlaces[i]] as const,
      ),
    );
    const local = (node: Node) => {
      const key =
        names === this.#bufferNames(this.#programs.gradient)
          ? place.get(node)
          : placeForward.get(node);
      return names.of(key ?? node, node.name ?? "x");
    };
    for (const { name, structure } of this.#model.parameters) {
      if (structure.kind === "leaf") {
        const variable = local(structure.value);
        if (used(variable))
          plain.push(variable === name ? name : `${name}: ${variable}`);
        continue;
      }
      for (const node of leavesOf(structure)) {
        const variable = local(node);
        if (used(variable))
          nested.push(
            `  const ${variable} = inputs${accessPath(String(node.attrs["name"]))};`,
          );
      }
    }
    return [...destructure(plain, "inputs"), ...nested];
  }

  #cotangentType(): string {
    const program = this.#programs.gradient;
    return inlineType(typesOf(this.#model.result, program));
  }

  #checkCotangents(): readonly string[] {
    return this.#cotangentAccess().flatMap(({ node, access }) => {
      if (node.type.shape.length === 0) return [];
      const count = dimCode(dimProduct(node.type.shape)).text;
      return callLines(
        this.#context.runtime("checkLength"),
        [JSON.stringify(access), `${access}.length`, count, shapeText(node)],
        "  ",
      );
    });
  }

  #cotangentAccess(): readonly {
    readonly node: Node;
    readonly access: string;
  }[] {
    const paths = new Map<string, string>();
    const walk = (structure: Structure<string>, path: string): void => {
      if (structure.kind === "leaf") paths.set(`d${structure.value}`, path);
      else if (structure.kind === "object")
        structure.fields.forEach((field) =>
          walk(field.value, `${path}.${field.name}`),
        );
      else
        structure.elements.forEach((element, i) =>
          walk(element, `${path}[${i}]`),
        );
    };
    walk(this.#model.result, "cotangent");
    return this.#programs.cotangents.map((node) => ({
      node,
      access: paths.get(String(node.attrs["name"])) ?? "cotangent",
    }));
  }

  #cotangentPatterns(
    names: Names,
    used: (name: string) => boolean,
  ): readonly string[] {
    const { inputs, inputPlaces } = this.#programs.gradient;
    return this.#cotangentAccess().flatMap(({ node, access }) => {
      const variable = names.of(
        inputPlaces[inputs.indexOf(node)] ?? node,
        node.name ?? "dy",
      );
      return used(variable) ? [`  const ${variable} = ${access};`] : [];
    });
  }

  #endGradient(program: Program, names: Names): readonly string[] {
    const context = this.#expressions(names);
    const scalars: string[] = [];
    const assign = (structure: Structure<string>, path: string): void => {
      if (structure.kind === "object")
        return structure.fields.forEach((field) =>
          assign(field.value, `${path}.${field.name}`),
        );
      if (structure.kind === "tuple")
        return structure.elements.forEach((element, i) =>
          assign(element, `${path}[${i}]`),
        );
      const value = outputValue(program, structure.value);
      if (value.kind !== "buffer")
        scalars.push(`  ${path} = ${expressionText(value, context)};`);
    };
    assign(this.#model.result, "result.value");
    for (const { name, structure } of this.#gradientStructure())
      assign(structure, `result.${name}`);
    return scalars.length === 0
      ? ["  return work.result;"]
      : ["  const { result } = work;", ...scalars, "  return result;"];
  }

  #endForward(program: Program, names: Names): readonly string[] {
    const { result } = this.#model;
    const context = this.#expressions(names);
    const text = (leaf: string) => {
      const value = outputValue(program, leaf);
      return value.kind === "buffer"
        ? names.of(value, "t")
        : expressionText(value, context);
    };
    if (result.kind === "leaf") return [`  return ${text(result.value)};`];
    const scalars: string[] = [];
    const assign = (structure: Structure<string>, path: string): void => {
      if (structure.kind === "object")
        return structure.fields.forEach((field) =>
          assign(field.value, `${path}.${field.name}`),
        );
      if (structure.kind === "tuple")
        return structure.elements.forEach((element, i) =>
          assign(element, `${path}[${i}]`),
        );
      if (outputValue(program, structure.value).kind !== "buffer")
        scalars.push(`  ${path} = ${text(structure.value)};`);
    };
    assign(result, "work.value");
    return [...scalars, "  return work.value;"];
  }

  #expressions(names: Names): ExpressionContext {
    return {
      typed: this.#context.typed,
      nameOfLocal: (local) => names.of(local, local.node.name ?? "t"),
      nameOfBuffer: (buffer) => names.of(buffer, buffer.node.name ?? "t"),
      nameOfLoop: () => "i",
      runtime: this.#context.runtime,
    };
  }
}

function outputValue(program: Program, name: string) {
  const output = program.outputs.find((candidate) => candidate.name === name);
  if (output === undefined) throw new Error(`no result ${name}`);
  return output.value;
}

function typesOf(
  structure: Structure<string>,
  program: Program,
): Structure<string> {
  switch (structure.kind) {
    case "leaf": {
      const { node } =
        program.outputs.find((output) => output.name === structure.value) ?? {};
      if (node === undefined) throw new Error(`no result ${structure.value}`);
      const scalar = node.type.dtype === "bool" ? "boolean" : "number";
      return {
        kind: "leaf",
        value:
          node.type.shape.length === 0 ? scalar : arrayTypes[node.type.dtype],
      };
    }
    case "object":
      return {
        kind: "object",
        fields: structure.fields.map(({ name, value }) => ({
          name,
          value: typesOf(value, program),
        })),
      };
    case "tuple":
      return {
        kind: "tuple",
        elements: structure.elements.map((element) =>
          typesOf(element, program),
        ),
      };
  }
}

function inlineType(structure: Structure<string>): string {
  if (structure.kind === "leaf") return structure.value;
  if (structure.kind === "tuple")
    return `[${structure.elements.map(inlineType).join(", ")}]`;
  return `{ ${structure.fields.map((field) => `${field.name}: ${inlineType(field.value)}`).join("; ")} }`;
}

function fieldLines<Leaf>(
  name: string,
  structure: Structure<Leaf>,
  type: (leaf: Leaf) => string,
  depth: number,
): readonly string[] {
  const indent = "  ".repeat(depth);
  if (structure.kind === "leaf") {
    const comment =
      isNode(structure.value) && structure.value.type.shape.length > 0
        ? [`${indent}/** ${formatShape(structure.value.type.shape)} */`]
        : [];
    return [...comment, `${indent}${name}: ${type(structure.value)};`];
  }
  if (structure.kind === "tuple")
    return [
      `${indent}${name}: [${structure.elements.map((element) => tupleElement(element, type)).join(", ")}];`,
    ];
  return [
    `${indent}${name}: {`,
    ...structure.fields.flatMap((field) =>
      fieldLines(field.name, field.value, type, depth + 1),
    ),
    `${indent}};`,
  ];
}

function tupleElement<Leaf>(
  structure: Structure<Leaf>,
  type: (leaf: Leaf) => string,
): string {
  if (structure.kind === "leaf") return type(structure.value);
  if (structure.kind === "tuple")
    return `[${structure.elements.map((element) => tupleElement(element, type)).join(", ")}]`;
  return `{ ${structure.fields.map((field) => `${field.name}: ${tupleElement(field.value, type)}`).join("; ")} }`;
}

function isNode(leaf: unknown): leaf is Node {
  return typeof leaf === "object" && leaf !== null && "op" in leaf;
}

function inputType(node: Node): string {
  if (node.type.shape.length > 0) return arrayTypes[node.type.dtype];
  return node.type.dtype === "bool" ? "boolean" : "number";
}

/** `params.W1` → `.params.W1`, `pair.0` → `.pair[0]`. */
function accessPath(path: string): string {
  return path
    .split(".")
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join("");
}

/** The shape for error messages: `"N × 784"`, with the sizes' values where there are names. */
function shapeText(node: Node): string {
  const text = node.type.shape.map((dim) => dimCode(dim).text).join(" × ");
  const names = [
    ...new Set(
      node.type.shape.flatMap((dim) =>
        typeof dim === "number" ? [] : (dim.match(/[A-Za-z_$][\w$]*/g) ?? []),
      ),
    ),
  ].filter((name) => name !== "floor");
  if (names.length === 0) return JSON.stringify(text);
  return `\`${text} with ${names.map((name) => `${name} = \${${name}}`).join(", ")}\``;
}

/** A call as a statement, broken where it is long. */
function callLines(
  callee: string,
  parts: readonly string[],
  indent: string,
): readonly string[] {
  const flat = `${indent}${callee}(${parts.join(", ")});`;
  if (flat.length <= 80) return [flat];
  return [
    `${indent}${callee}(`,
    ...parts.map((part) => `${indent}  ${part},`),
    `${indent});`,
  ];
}

function workObject(items: readonly string[]): readonly string[] {
  return braced("return ", items, ";").map((line) => `  ${line}`);
}

/** A leaf of a result: its array, or NaN until the first call. */
function valueText(
  structure: Structure<string>,
  program: Program,
  names: Names,
  object: string,
): string {
  switch (structure.kind) {
    case "leaf": {
      const value = outputValue(program, structure.value);
      return value.kind === "buffer"
        ? `${object}.${names.of(value, "t")}`
        : "NaN";
    }
    case "object":
      return `{ ${structure.fields.map((field) => `${field.name}: ${valueText(field.value, program, names, object)}`).join(", ")} }`;
    case "tuple":
      return `[${structure.elements.map((element) => valueText(element, program, names, object)).join(", ")}]`;
  }
}

/** Where each slot begins: slots of two programs overlay, since they never run at once. */
function slotOffsets(programs: readonly Program[]): {
  lines: readonly string[];
  offsetOf: (buffer: Buffer) => string;
  total: string | null;
} {
  const lines: string[] = [];
  const offsets = new Map<Buffer, string>();
  let total: string | null = null;
  const [forward, gradient] = programs;
  for (const [program, tag] of [
    [forward, "Forward"],
    [gradient, "Gradient"],
  ] as const) {
    if (program === undefined) continue;
    const { slots, slotOf } = program.arena;
    let known: number | null = 0;
    let end = "0";
    const starts = slots.map((slot, i) => {
      const start = known === null ? end : String(known);
      const bytes = slot.sizes.map((size) =>
        dimMul(size.count, size.bytesPerElement),
      );
      known = known === null ? null : addConstant(known, bytes);
      if (known === null) {
        end = `end${tag}${i}`;
        lines.push(...constLines(end, `${start} + ${alignedBytes(bytes)}`));
      }
      return start;
    });
    for (const buffer of program.buffers)
      offsets.set(buffer, starts[slotOf.get(buffer) ?? 0] ?? "0");
    const own: string = known === null ? end : String(known);
    if (slots.length > 0)
      total = total === null ? own : `Math.max(${total}, ${own})`;
  }
  return { lines, offsetOf: (buffer) => offsets.get(buffer) ?? "0", total };
}

function constLines(name: string, text: string): readonly string[] {
  const flat = `  const ${name} = ${text.replace(/^0 \+ /, "")};`;
  return flat.length <= 80
    ? [flat]
    : [`  const ${name} =`, `    ${text.replace(/^0 \+ /, "")};`];
}

/** The end of a slot whose sizes are all numbers; null if one is named. */
function addConstant(start: number, bytes: readonly Dim[]): number | null {
  const numbers = bytes.filter((b) => typeof b === "number");
  return numbers.length === bytes.length
    ? start + 8 * Math.ceil(Math.max(...numbers) / 8)
    : null;
}

/** Bytes of a slot as code, a multiple of 8 so that any array may start behind it. */
function alignedBytes(bytes: readonly Dim[]): string {
  const codes = bytes.map((b) => dimCode(b));
  const largest =
    codes.length === 1
      ? codes[0]
      : { text: `Math.max(${codes.map((c) => c.text).join(", ")})`, binds: 20 };
  const exact = bytes.every((b) =>
    typeof b === "number" ? b % 8 === 0 : isMultipleOf8(b),
  );
  const text = largest?.text ?? "0";
  if (exact) return (largest?.binds ?? 20) < 11 ? `(${text})` : text;
  return `8 * Math.ceil(${(largest?.binds ?? 20) < 12 || text.includes(" * ") ? `(${text})` : text} / 8)`;
}

function isMultipleOf8(dim: Dim): boolean {
  return String(dim)
    .split(/ [+-] /)
    .every((term) => Number(/^-?(\d+)/.exec(term)?.[1] ?? 1) % 8 === 0);
}
