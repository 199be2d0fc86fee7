import { DiagnosticSink, type CompileError } from "../diagnostic.js";
import { evaluateDim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { leavesOf } from "../ir/structure.js";
import { isFloat } from "../ir/type.js";
import { pathOf } from "../passes/differentiate.js";
import {
  assemble,
  differentiated,
  type Leaf,
  type Leaves,
  type Sizes,
  type ValueAndGradients,
} from "./callable.js";
import { checkNames, readStructure, record } from "./inputs.js";
import { withFrames, type Compiled, type JitProgram } from "./program.js";
import { solveSizes } from "./sizes.js";
import { fromLeaf, readTensor, toLeaf, type Form, type GivenTensor } from "./tensors.js";
import type { JitInput, JitOutput } from "./values.js";
import type { Variants } from "./variants.js";

/** The inputs of one call, read, with the function compiled for them. */
export class CallInputs {
  readonly compiled: Compiled;
  readonly #program: JitProgram;
  readonly #given = new Map<Node, GivenTensor>();
  readonly #leaves: Leaves;
  readonly #sizes: Sizes;

  constructor(program: JitProgram, variants: Variants, inputs: Readonly<Record<string, unknown>>) {
    this.#program = program;
    const fields = record("the inputs", inputs);
    const untyped = program.untyped.filter((name) => Object.hasOwn(fields, name));
    this.compiled = variants.matching(
      new Map(untyped.map((name) => [name, readTensor(name, fields[name])])),
    );
    const { model } = this.compiled.callable.compiled;
    const names = model.parameters.map(({ name }) => name);
    checkNames(fields, names, `\`${model.name}\` has no parameter`);
    for (const { name, structure } of model.parameters)
      readStructure(structure, fields[name], name, this.#given);
    this.#sizes = solveSizes(
      Array.from(this.#given, ([node, given]) => {
        const vector = program.untyped.includes(pathOf(node)) && given.shape === undefined;
        return {
          path: pathOf(node),
          type: node.type,
          given: vector ? { ...given, shape: [given.data.length] } : given,
        };
      }),
    );
    this.#leaves = new Map(
      Array.from(this.#given, ([node, given]) => [
        pathOf(node),
        leafFor(node, pathOf(node), given),
      ]),
    );
  }

  value(): JitOutput {
    const { callable } = this.compiled;
    return this.#result(callable.value(this.#leaves, this.#sizes));
  }

  grad(): { value: JitOutput; grads: Readonly<Record<string, JitOutput>> } {
    const { callable } = this.compiled;
    if (!callable.isScalar) throw this.#notScalar();
    return this.#output(callable.gradient(this.#leaves, this.#sizes));
  }

  vjp(cotangent: JitInput): {
    value: JitOutput;
    grads: Readonly<Record<string, JitOutput>>;
  } {
    const { callable } = this.compiled;
    const cotangents = this.#cotangents(cotangent);
    const result = callable.gradient(this.#leaves, this.#sizes, cotangents);
    if (!callable.isScalar) return this.#output(result);
    const factor = Number(cotangents.get("value"));
    return this.#output({
      value: result.value,
      gradients: new Map(
        Array.from(result.gradients, ([path, leaf]) => [path, scaled(leaf, factor)]),
      ),
    });
  }

  /** The result of the function derived from this one, by the names of its fields. */
  derived(tangents?: JitInput): Readonly<Record<string, JitOutput>> {
    const [derived] = this.compiled.derived;
    if (derived === undefined) throw new Error("nothing was derived");
    const moving = tangents === undefined ? undefined : this.#tangents(tangents);
    const leaves = derived.call(this.#leaves, this.#sizes, moving);
    const form = this.#formOfValue();
    const output = assemble(derived.derived.model.result, (name) =>
      this.#tensor(leaves.get(name), derived.nodeOf(name), form),
    );
    return output as Readonly<Record<string, JitOutput>>;
  }

  /** Tangents of the parameters differentiated by, each like its parameter. */
  #tangents(tangents: JitInput): Leaves {
    const { model, programs } = this.compiled.callable.compiled;
    const fields = record("the tangents", tangents);
    const moving = model.parameters.flatMap(({ name, structure }) => {
      const kept = differentiated(structure, programs.wrt);
      return kept === undefined ? [] : [{ name, kept }];
    });
    const names = moving.map(({ name }) => name);
    checkNames(fields, names, "there is no tangent of");
    const given = new Map<Node, GivenTensor>();
    for (const { name, kept } of moving)
      readStructure(kept, fields[name], `tangent of ${name}`, given);
    return new Map(
      Array.from(given, ([node, tensor]) => {
        const shape = node.type.shape.map((dim) => evaluateDim(dim, this.#sizes));
        const path = `tangent of ${pathOf(node)}`;
        solveSizes([{ path, type: { ...node.type, shape }, given: tensor }]);
        return [pathOf(node), leafFor(node, path, tensor)];
      }),
    );
  }

  /** Cotangents of the float leaves; what is given for others is not looked at. */
  #cotangents(cotangent: JitInput): Leaves {
    const { model, stages } = this.compiled.callable.compiled;
    const given = new Map<string, GivenTensor>();
    readStructure(model.result, cotangent, "cotangent", given);
    const floats = stages.graph.outputs.flatMap(({ name, node }) => {
      const tensor = given.get(name);
      if (tensor === undefined || !isFloat(node.type.dtype)) return [];
      const shape = node.type.shape.map((dim) => evaluateDim(dim, this.#sizes));
      const path = leavesOf(model.result).length > 1 ? `cotangent of ${name}` : "cotangent";
      solveSizes([{ path, type: { ...node.type, shape }, given: tensor }]);
      return [[name, leafFor(node, path, tensor)] as const];
    });
    return new Map(floats);
  }

  #output({ value, gradients }: ValueAndGradients): {
    value: JitOutput;
    grads: Readonly<Record<string, JitOutput>>;
  } {
    const { model, programs } = this.compiled.callable.compiled;
    const grads = model.parameters.flatMap(({ name, structure }) => {
      const kept = differentiated(structure, programs.wrt);
      if (kept === undefined) return [];
      const output = assemble(kept, (node) => {
        const form = this.#given.get(node)?.form ?? "typed";
        return this.#tensor(gradients.get(pathOf(node)), node, form);
      });
      return [[name, output as JitOutput] as const];
    });
    return { value: this.#result(value), grads: Object.fromEntries(grads) };
  }

  #result(value: Leaves): JitOutput {
    const { model, stages } = this.compiled.callable.compiled;
    const nodes = new Map(stages.graph.outputs.map(({ name, node }) => [name, node]));
    const form = this.#formOfValue();
    const output = assemble(model.result, (name) =>
      this.#tensor(value.get(name), nodes.get(name), form),
    );
    return output as JitOutput;
  }

  #tensor(leaf: Leaf | undefined, node: Node | undefined, form: Form): JitOutput {
    if (leaf === undefined || node === undefined) throw new Error("a result is missing");
    const shape = node.type.shape.map((dim) => evaluateDim(dim, this.#sizes));
    return fromLeaf(leaf, shape, form);
  }

  #formOfValue(): Form {
    const isNested = ([node, { form }]: [Node, GivenTensor]) =>
      form === "nested" || (form === "flat" && node.type.shape.length === 1);
    const forms = Array.from(this.#given.values(), ({ form }) => form);
    if (Array.from(this.#given).some(isNested)) return "nested";
    if (forms.every((form) => form === "number")) return "nested";
    return forms.includes("shaped") ? "shaped" : "typed";
  }

  #notScalar(): CompileError {
    const { model } = this.compiled.callable.compiled;
    const sink = new DiagnosticSink();
    sink.error("FG403", `the result of \`${model.name}\` is not a single number`, model.span, {
      hint: "call `vjp(inputs, cotangent)`, or reduce the result with `sum`",
    });
    return withFrames(this.#program.file, sink.diagnostics);
  }
}

function leafFor(node: Node, path: string, given: GivenTensor): Leaf {
  return toLeaf(path, given, node.type.dtype, node.type.shape.length);
}

function scaled(leaf: Leaf, factor: number): Leaf {
  if (typeof leaf === "object") return leaf.map((x) => x * factor);
  return Number(leaf) * factor;
}
