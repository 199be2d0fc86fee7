import { expect, test } from "vitest";
import { typeErrors } from "./typeErrors.js";

/** A statement about some tensors, and what the editor says of it. */
const rejected: readonly (readonly [statement: string, message: string])[] = [
  ["matmul(x, V)", "matmul: inner dimensions differ: [N, 784] · [785, 10] (784 against 785)"],
  ["matmul(x, x)", "matmul: inner dimensions differ: [N, 784] · [N, 784] (784 against N)"],
  ["matmul(v, W)", "matmul: inner dimensions differ: [3] · [784, 10] (3 against 784)"],
  [
    "matmul(relu(matmul(x, W)), W)",
    "matmul: inner dimensions differ: [N, 10] · [784, 10] (10 against 784)",
  ],
  ["matmul(2, W)", "matmul takes vectors, matrices and batches of matrices, not a number"],
  ["matmul(W, 0.5)", "matmul takes vectors, matrices and batches of matrices, not a number"],
  ["outer(v, W)", "outer takes vectors, not a tensor of shape [784, 10]"],
  ["trace(v)", "trace takes a matrix, not a tensor of shape [3]"],
  ["tril(v)", "tril takes a matrix, not a tensor of shape [3]"],
  ["conv2d(x, images)", "conv2d takes x of shape [N, C, H, W], not a tensor of shape [N, 784]"],
  ["maxPool2d(W, 2)", "maxPool2d takes x of shape [N, C, H, W], not a tensor of shape [784, 10]"],
  [
    "softmaxCrossEntropy(matmul(x, W), v)",
    "softmaxCrossEntropy: labels are i32: declare them as Labels, or as a Tensor of dtype i32",
  ],
  ["take(W, v)", "take: indices are i32: declare them as Labels, or as a Tensor of dtype i32"],
  ["sum(x, { axes: 0 })", "'axes' does not exist in type 'ReduceOptions'"],
  ["softmax(x, { dim: 1 })", "'dim' does not exist in type"],
  [
    'softmaxCrossEntropy(x, y, { reduction: "average" })',
    "Type '\"average\"' is not assignable to type '\"none\"'",
  ],
  ['gelu(x, { approximate: "erf" })', "'\"erf\"' is not assignable to type"],
  ["relu([1, 2])", "'number[]' is not assignable to parameter of type"],
  ['exp("1")', "'string' is not assignable to parameter of type 'number'"],
  ["sum()", "Expected 1-2 arguments, but got 0"],
  ["(x * 2)[0]", "can't be used to index type 'Number'"],
  [
    "takesMatrix(v)",
    "'Tensor<[3]>' is not assignable to parameter of type 'Tensor<[\"A\", \"B\"]>'",
  ],
  ["takesMatrix(y)", 'is not assignable to parameter of type \'Tensor<["A", "B"]>\''],
];

test.each(rejected)("the editor rejects %s", (statement, message) => {
  const errors = typeErrors(`import * as fg from "flatgrad";
import type { Labels, Tensor } from "flatgrad";
const { matmul, outer, trace, tril, conv2d, maxPool2d, softmaxCrossEntropy, take, sum, softmax, relu, gelu, exp } = fg;
declare function takesMatrix(x: Tensor<["A", "B"]>): number;
declare const x: Tensor<["N", 784]>, W: Tensor<[784, 10]>, V: Tensor<[785, 10]>, v: Tensor<[3]>;
declare const images: Tensor<["N", 3, 8, 8]>, y: Labels<"N">;
export const kept = [matmul, outer, trace, tril, conv2d, maxPool2d, softmaxCrossEntropy, take, sum, softmax, relu, gelu, exp, takesMatrix, x, W, V, v, images, y];
export const wrong = ${statement};
`);
  expect(errors).toHaveLength(1);
  expect(errors[0]?.line).toBe(8);
  expect(errors[0]?.message).toContain(message);
});
