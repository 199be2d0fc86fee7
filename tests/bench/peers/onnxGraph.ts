import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

type Attribute = number | readonly number[];

/** Writes an ONNX model node by node; values go by their names. */
export class OnnxGraph {
  readonly #nodes: InstanceType<typeof onnx.NodeProto>[] = [];
  readonly #constants: InstanceType<typeof onnx.TensorProto>[] = [];
  readonly #outputs: string[] = [];

  /** Adds a node; the name of its first output. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ) {
    return this.ops(type, inputs, 1, attributes)[0]!;
  }

  /** Adds a node with several outputs. */
  ops(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): readonly string[] {
    const name = `${type}${this.#nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => `${name}.${i}`);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push(
      onnx.NodeProto.create({ name, opType: type, input: [...inputs], output, attribute }),
    );
    return output;
  }

  /** Floats; a scalar if it is one number. */
  floats(values: number | readonly number[]): string {
    return this.#constant(onnx.TensorProto.DataType.FLOAT, values, (list) => ({ floatData: list }));
  }

  /** Integers, as shapes and axes are given. */
  integers(values: readonly number[]): string {
    return this.#constant(onnx.TensorProto.DataType.INT64, values, (list) => ({ int64Data: list }));
  }

  #constant(
    dataType: number,
    values: number | readonly number[],
    data: (list: number[]) => object,
  ): string {
    const name = `constant${this.#constants.length}`;
    const list = typeof values === "number" ? [values] : [...values];
    const dims = typeof values === "number" ? [] : [list.length];
    this.#constants.push(onnx.TensorProto.create({ name, dataType, dims, ...data(list) }));
    return name;
  }

  /** Makes a value an output of the model, under a name of its own. */
  output(name: string, value: string): void {
    this.#nodes.push(
      onnx.NodeProto.create({ name, opType: "Identity", input: [value], output: [name] }),
    );
    this.#outputs.push(name);
  }

  /** The model's file, for float inputs of these shapes. */
  encode(inputs: Readonly<Record<string, readonly number[]>>): Uint8Array {
    const graph = {
      name: "step",
      node: this.#nodes,
      initializer: this.#constants,
      input: Object.entries(inputs).map(([name, dims]) => valueInfo(name, dims)),
      output: this.#outputs.map((name) => valueInfo(name, null)),
    };
    const model = { irVersion: 8, opsetImport: [{ domain: "", version: 17 }], graph };
    return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
  }
}

function attributeOf(name: string, value: Attribute) {
  const { INT, INTS } = onnx.AttributeProto.AttributeType;
  return typeof value === "number"
    ? { name, type: INT, i: value }
    : { name, type: INTS, ints: [...value] };
}

function valueInfo(name: string, dims: readonly number[] | null) {
  const elemType = onnx.TensorProto.DataType.FLOAT;
  const shape = dims === null ? {} : { shape: { dim: dims.map((dimValue) => ({ dimValue })) } };
  return { name, type: { tensorType: { elemType, ...shape } } };
}
