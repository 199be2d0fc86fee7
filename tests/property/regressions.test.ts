import { expect, it } from "vitest";
import { checkProgram } from "../support/checkProgram.js";
import { checkSecondOrder } from "../support/checkSecondOrder.js";
import { readProgram } from "../support/programText.js";

/** Programs that once failed, as small as they can be. */
const programs: Readonly<Record<string, string>> = {
  "a product reads what a branch reads too": `
graph f(x: f64[7], t: f64[7], b: bool) {
  %0 = add(t, t) : f64[7]
  %1 = where(b, %0, t) : f64[7]
  %2 = matmul(%1, %0) : f64
  %3 = maximum(%1, %2) : f64[7]
  %4 = concat(%3, x, %3) {axis: 0} : f64[21]
  %5 = mean(%4) {axes: [0], keepDims: false} : f64
  return value = %5
}
at {}
  x = 1.65 -0.96 0.28 -1.69 -1.53 -1.79 0.75
  t = 0 1.46 0 1.32 0 0.24 0
  b = 0
`,
  "a product of a slice of a choice": `
graph f(x: f64[3], b: bool) {
  %0 = where(b, x, 0) : f64[3]
  %1 = slice(%0) {start: [0], length: [2], step: [2]} : f64[2]
  %2 = matmul(%1, %1) : f64
  return value = %2
}
at {}
  x = 1.29 -0.57 0.28
  b = 0
`,
  "a sum whose memory keeps one of the loops around it": `
graph f(x: f64[2, 2, 1, 2], b: bool[2, 2, 2, 2]) {
  %0 = transpose(x) {axes: [1, 2, 3, 0]} : f64[2, 1, 2, 2]
  %1 = where(b, x, %0) : f64[2, 2, 2, 2]
  %2 = mean(%1) {axes: [0, 1, 2, 3], keepDims: false} : f64
  return value = %2
}
at {}
  x = 0.9 1.6 1.1 5.2 2.5 1.8 3.2 -1.1
  b = 0 1 1 1 0 1 1 1 0 1 1 1 0 1 1 0
`,
  "a running sum of a scalar that is reshaped": `
graph f(x: f64[1, 1]) {
  %0 = cumsum(x) {axis: 0, reverse: false} : f64[1, 1]
  %1 = mean(%0) {axes: [0, 1], keepDims: false} : f64
  return value = %1
}
at {}
  x = -12.5
`,
  "a value that both sides of a branch read, one of them later in the text": `
graph f(x: f64[2, 3], t: f64[3], s: f64, w: f64[2, 3]) {
  %0 = greater(s, 0.5) : bool
  %1 = where(%0, t, x) : f64[2, 3]
  %2 = greater(x, -0.5) : bool[2, 3]
  %3 = mul(x, %1) : f64[2, 3]
  %4 = where(%2, %3, x) : f64[2, 3]
  %5 = mul(%4, w) : f64[2, 3]
  return value = %5
}
at {}
  x = 0.52 -0.09 -0.38 -1.83 -0.42 1.19
  t = 1 2 1.5
  s = -0.1
  w = 1 2 3 4 5 6
at {}
  x = 0.52 -0.09 -0.38 -1.83 -0.42 1.19
  t = 1 2 1.5
  s = 0.8
  w = 1 2 3 4 5 6
`,
  "a gradient that is also a part of another": `
graph f(x: f64[4, 1], y: f64[4, 1]) {
  %0 = add(x, y) : f64[4, 1]
  %1 = slice(%0) {start: [3, 0], length: [2, 1], step: [-2, 1]} : f64[2, 1]
  %2 = transpose(x) {axes: [1, 0]} : f64[1, 4]
  %3 = mean(%1) {axes: [0, 1], keepDims: false} : f64
  %4 = mean(%2) {axes: [0, 1], keepDims: false} : f64
  %5 = add(%3, %4) : f64
  return value = %5
}
at {}
  x = -1.99 -0.09 -0.46 1.72
  y = -0.46 1.27 1.71 1.29
`,
  "any and all of numbers": `
graph f(x: f64[1, 3], k: i32[1]) {
  %0 = any(x) {keepDims: false, axes: [0]} : bool[3]
  %1 = all(x) {keepDims: false, axes: [0, 1]} : bool
  %2 = any(k) {keepDims: false, axes: [0]} : bool
  %3 = where(%0, x, 2) : f64[1, 3]
  return y0 = %0, y1 = %1, y2 = %2, y3 = %3
}
at {}
  x = 1.42 0.5 -3
  k = 0
`,
  "indices that are a slice": `
graph f(x: f64[3], k: i32[4]) {
  %0 = slice(k) {start: [1], length: [2], step: [2]} : i32[2]
  %1 = take(x, %0) {axis: 0} : f64[2]
  return value = %1
}
at {}
  x = 1.29 -0.57 0.28
  k = 0 2 1 0
`,
};

/** Programs whose second derivative once failed. */
const secondOrder: Readonly<Record<string, string>> = {
  "a running product of a dead row": `
graph f(x: f64[2, 3]) {
  %0 = maximum(x, 1) : f64[2, 3]
  %1 = sub(%0, 1) : f64[2, 3]
  %2 = div(x, %1) : f64[2, 3]
  %3 = cumprod(%2) {axis: 1, reverse: false, exclusive: false} : f64[2, 3]
  %4 = greater(x, 1) : bool[2, 3]
  %5 = all(%4) {axes: [1], keepDims: true} : bool[2, 1]
  %6 = where(%5, %3, x) : f64[2, 3]
  %7 = mean(%6) {axes: [0, 1], keepDims: false} : f64
  return value = %7
}
at {}
  x = -1.44 -0.61 0.05 -1.22 1.12 1.48
`,
};

it.each(Object.entries(programs))("%s", (_name, text) => {
  expect(() => checkProgram(readProgram(text))).not.toThrow();
});

it.each(Object.entries(secondOrder))("%s, differentiated twice", (_name, text) => {
  expect(() => checkSecondOrder(readProgram(text))).not.toThrow();
});
