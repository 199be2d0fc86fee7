import { poolPositions } from "../../runtime/poolPositions.js";
import { dimMul, dimProduct } from "../ir/dim.js";
import { makeNode, type Attrs } from "../ir/node.js";
import { TypeFault, type KernelArgument, type Op } from "../ir/op.js";
import { formatShape, type Shape, type TensorType } from "../ir/type.js";
import { cast } from "./arithmetic.js";
import { nth } from "./chain.js";
import { conv2d } from "./convolution.js";
import { defineOp, operand, parameter } from "./define.js";
import { defineFormula } from "./grouped.js";
import { requireFloat, takeAlong } from "./indexing.js";
import { constant } from "./leaf.js";
import { broadcastTo, reshape } from "./shape.js";
import { bothOf, perAxis, windowCount } from "./windows.js";

const group = "Convolution and pooling";

const parameters = [
  operand("x", "[N, C, H, W]"),
  parameter("size", { kind: "integers" }, undefined, "Of the window."),
  parameter("stride", { kind: "integers" }, null, "As the window's size if absent."),
  parameter("padding", { kind: "integers" }, 0, "At most half the window's size."),
];

function normaliseOptions(name: string) {
  return (_inputs: readonly TensorType[], attrs: Attrs): Attrs => {
    const size = perAxis(name, "size", attrs["size"], 2, 1);
    const padding = perAxis(name, "padding", attrs["padding"], 2, 0);
    if (padding.some((width, i) => 2 * width > nth(size, i))) {
      throw new TypeFault("FG214", `${name}: \`padding\` cannot be [${padding.join(", ")}]`, {
        accepted: `at most half the window's size, [${size.join(", ")}]`,
      });
    }
    const stride = attrs["stride"] ?? null;
    return {
      size,
      stride: stride === null ? size : perAxis(name, "stride", stride, 2, 1),
      padding,
    };
  };
}

/** [N, C, positions of the window]. @throws TypeFault */
function pooledShape(name: string, x: Shape, attrs: Attrs): Shape {
  if (x.length !== 4) {
    throw new TypeFault("FG305", `${name}: x has shape ${formatShape(x)}`, {
      operands: [0],
      accepted: "x [N, C, H, W]",
    });
  }
  const [size, stride, padding] = [
    bothOf(attrs, "size"),
    bothOf(attrs, "stride"),
    bothOf(attrs, "padding"),
  ];
  const counts = [0, 1].map((i) =>
    windowCount(name, nth(x, i + 2), nth(size, i), {
      stride: nth(stride, i),
      padding: nth(padding, i),
      dilation: 1,
    }),
  );
  return [...x.slice(0, 2), ...counts];
}

const pooledType =
  (name: string) =>
  (inputs: readonly TensorType[], attrs: Attrs): TensorType => {
    requireFloat(name, inputs, 0);
    const { dtype, shape } = nth(inputs, 0);
    return { dtype, shape: pooledShape(name, shape, attrs) };
  };

const poolPositionsOp: Op = defineOp({
  name: "poolPositions",
  group,
  summary: "Where in its plane the largest element of each window lies.",
  internal: true,
  derivative: "zero",
  parameters: [operand("x")],
  type: (inputs, attrs) => ({
    dtype: "i32",
    shape: pooledShape("maxPool2d", nth(inputs, 0).shape, attrs),
  }),
  evaluate: (inputs, attrs, type) => {
    const x = nth(inputs, 0);
    const [planes = 0, channels = 0, height = 0, width = 0] = x.shape;
    const result = new Int32Array(type.shape.reduce((p, q) => p * q, 1));
    poolPositions(
      x.data,
      result,
      planes * channels,
      height,
      width,
      type.shape[2] ?? 0,
      type.shape[3] ?? 0,
      ...bothOf(attrs, "size"),
      ...bothOf(attrs, "stride"),
      ...bothOf(attrs, "padding"),
    );
    return { ...type, data: [...result] };
  },
  lowering: {
    kind: "kernel",
    call: (operands, result, attrs) => {
      const x = nth(operands, 0).shape;
      const dims = [dimProduct(x.slice(0, 2)), ...x.slice(2), ...result.shape.slice(2)];
      const numbers = ["size", "stride", "padding"].flatMap((name) => bothOf(attrs, name));
      return {
        callee: "poolPositions",
        arguments: [
          { kind: "operand", index: 0 },
          { kind: "result" },
          ...dims.map((value): KernelArgument => ({ kind: "dim", value })),
          ...numbers.map((value): KernelArgument => ({ kind: "number", value })),
        ],
      };
    },
  },
});

defineFormula({
  name: "maxPool2d",
  group,
  summary: "Largest element of each window of x [N, C, H, W].",
  gradient: "dx = dy added at the largest element of each window; the first at a tie",
  conventions: ["maxPool"],
  parameters,
  normalise: normaliseOptions("maxPool2d"),
  type: pooledType("maxPool2d"),
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const positions = makeNode(poolPositionsOp, [x], attrs);
    const batch = x.type.shape.slice(0, 2);
    const plane = (shape: Shape) => [...batch, dimProduct(shape.slice(2))];
    const largest = takeAlong(
      reshape(x, plane(x.type.shape)),
      reshape(positions, plane(positions.type.shape)),
      2,
    );
    return reshape(largest, positions.type.shape);
  },
  example: { typescript: "maxPool2d(x, 2)", math: "maxPool2d(x, 3, stride=2)" },
});

defineFormula({
  name: "avgPool2d",
  group,
  summary: "Mean of each window of x [N, C, H, W]; zeros of the padding count.",
  gradient: "dx = dy shared equally by the elements of each window",
  parameters,
  normalise: normaliseOptions("avgPool2d"),
  type: pooledType("avgPool2d"),
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const { dtype, shape } = x.type;
    const size = bothOf(attrs, "size");
    const result = pooledShape("avgPool2d", shape, attrs);
    // Every channel is an image of its own, correlated with one constant filter.
    const planes = reshape(x, [dimMul(nth(shape, 0), nth(shape, 1)), 1, ...shape.slice(2)]);
    const share = cast(constant(1 / (size[0] * size[1])), dtype);
    const means = conv2d(planes, broadcastTo(share, [1, 1, ...size]), {
      stride: attrs["stride"] ?? 1,
      padding: attrs["padding"] ?? 0,
      dilation: [1, 1],
      groups: 1,
    });
    return reshape(means, result);
  },
  example: { typescript: "avgPool2d(x, 2)", math: "avgPool2d(x, 3, stride=2)" },
});
