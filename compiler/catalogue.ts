import type { DiagnosticCode } from "./diagnostic.js";

/** What `flatgrad explain` tells of one diagnostic. */
export interface CatalogueEntry {
  readonly title: string;
  readonly cause: string;
  /** A program that has the problem. */
  readonly example: string;
  /** The same program without it, or what to do. */
  readonly fix: string;
}

/** Every diagnostic of the compiler: 1xx syntax, 2xx names and language, 3xx shapes and types, 4xx derivatives, 5xx use of the tool. */
export const catalogue = {
  FG101: {
    title: "Syntax error",
    cause:
      "The text does not follow the grammar of its language, so nothing can be said about what it means. The span marks the first place where it could not be read on.",
    example: "f(x) = a = x^2; a + 1",
    fix: "f(x) = { a = x^2; a + 1 }",
  },
  FG102: {
    title: "Unclosed bracket or string",
    cause: "A bracket is open at the end of its statement, or a string at the end of its line.",
    example: "sum((x + y)^2",
    fix: "sum((x + y)^2)",
  },
  FG103: {
    title: "Not a number",
    cause:
      "Digits run into letters or a second point, or the number is larger than any f64. A product needs its `*`.",
    example: "2x + 1",
    fix: "2 * x + 1",
  },
  FG104: {
    title: "Nested too deeply",
    cause:
      "Brackets, operators or blocks are nested more than 500 levels deep; a sum of 600 terms written out in one expression counts as 600 levels. In TypeScript, more than 10 `<` may not be open at once either.",
    example: "x + x + x + …   (10,000 times)",
    fix: "Give parts names in statements of their own, or put the numbers into a tensor and use `sum`.",
  },
  FG105: {
    title: "Statement not accepted",
    cause:
      "A model consists of `const` and `let`, assignments, `if`, loops, `return` and blocks. Other statements of TypeScript have no gradient, or none that could be read off them.",
    example: "switch (kind) {\n  case 0:\n    return x;\n  default:\n    return x * x;\n}",
    fix: "if (kind === 0) {\n  return x;\n}\nreturn x * x;",
  },
  FG106: {
    title: "Expression not accepted",
    cause:
      "An expression of a model is made of numbers, names, operators, calls, indexing, arrays, objects and `condition ? a : b`. Text, `await`, spreads, `this` and optional chaining are no part of it.",
    example: "const y = model?.scale * x;",
    fix: "const y = model.scale * x;",
  },
  FG107: {
    title: "Statement at the top of a file",
    cause:
      "The top of a model file holds imports, types, `const` and functions. Statements that run when the file is loaded are not compiled, and would be lost: leave them to a file that imports the generated code.",
    example: 'export function f(x: number) {\n  return x * x;\n}\nconsole.log("loaded");',
    fix: "export function f(x: number) {\n  return x * x;\n}",
  },
  FG108: {
    title: "Parameter not accepted",
    cause:
      "The compiler must know each parameter and its type: no default values, no optional and no rest parameters, and in TypeScript a type for every one.",
    example: "export function f(x: number, k = 2) {\n  return k * x;\n}",
    fix: "export function f(x: number, k: number) {\n  return k * x;\n}",
  },
  FG109: {
    title: "Kind of function not accepted",
    cause:
      "Functions of a model compute a result from their parameters and return it. `async` functions, generators, type parameters, overloads, decorators and functions without a name are not accepted.",
    example: "export async function f(x: number) {\n  return x * x;\n}",
    fix: "export function f(x: number) {\n  return x * x;\n}",
  },
  FG110: {
    title: "Type not accepted",
    cause:
      "The type says too little, or more than a model can use. Accepted are `number`, `boolean`, `Tensor<…>`, `Param<…>`, `Labels<…>`, and tuples, objects, aliases and interfaces of these.",
    example: "export function f(xs: number[]) {\n  return sum(xs);\n}",
    fix: 'export function f(xs: Tensor<["N"]>) {\n  return sum(xs);\n}',
  },
  FG111: {
    title: "Import or export not accepted",
    cause:
      "Functions are imported and exported by their own names, so that it is clear which one is meant.",
    example: 'import layers from "./layers.js";',
    fix: 'import { dense } from "./layers.js";',
  },
  FG112: {
    title: "Declaration not accepted",
    cause:
      "A declaration is `const` or `let` with a value; at the top of a file only `const NAME = value`. `var`, `using`, default values and rest elements in patterns are not accepted.",
    example: "var h = x * w;",
    fix: "const h = x * w;",
  },
  FG113: {
    title: "Operator not accepted",
    cause:
      "The operators of a model are `+ - * / % **`, comparisons, `&&`, `||`, `!` and `condition ? a : b`. Operators on bits have no gradient.",
    example: "const half = n >> 1;",
    fix: "const half = Math.floor(n / 2);",
  },
  FG114: {
    title: "Sign without a meaning",
    cause: "The text holds a sign that math strings do not use, such as `×` or `²`.",
    example: "3 × x²",
    fix: "3 * x^2",
  },
  FG115: {
    title: "Statements outside a function",
    cause:
      "Statements without a header make a function `f`. They come after all definitions, and there must be no other `f`.",
    example: "f(x) = x^2\nf(y) + 1",
    fix: "f(x) = x^2\ng(y) = f(y) + 1",
  },
  FG116: {
    title: "Assignment not accepted",
    cause:
      "An assignment is a statement of its own, to a name, a field or an element. It cannot stand inside an expression, nor take a value apart into names that exist already.",
    example: "const y = (n += 1) * x;",
    fix: "n += 1;\nconst y = n * x;",
  },
  FG117: {
    title: "No result",
    cause:
      "A math string, or the block of a function in it, is empty or ends in a statement without a value.",
    example: "f(x) = { }",
    fix: "f(x) = { a = x^2; a + 1 }",
  },
  FG190: {
    title: "Malformed textual IR",
    cause:
      "The text of a graph, as the compiler prints it for reading and for tests, was changed so that it cannot be read back.",
    example: "%2 = exp(%1",
    fix: "%2 = exp(%1)",
  },
  FG201: {
    title: "Unknown name",
    cause:
      "Nothing of this name is declared before this place or has a value there, nor is it an operation or the name of a size.",
    example: "f(x) = sigmiod(x)",
    fix: "f(x) = sigmoid(x)",
  },
  FG202: {
    title: "Wrong number of arguments",
    cause: "The function or operation takes fewer or more arguments than the call gives it.",
    example: "f(y) = atan2(y)",
    fix: "f(y, x) = atan2(y, x)",
  },
  FG203: {
    title: "Unknown option",
    cause: "The operation has no option of this name. Names follow NumPy in camel case.",
    example: "f(x: [4, 3]) = sum(sum(x, axes=0))",
    fix: "f(x: [4, 3]) = sum(sum(x, axis=0))",
  },
  FG204: {
    title: "Not supported in a model",
    cause:
      "The statement or expression can be read, but it means nothing the compiler has a gradient for: it changes a field of an object, makes an object by `new` that is no array, stands where there is no loop to leave, or has no effect at all.",
    example:
      "export function f(x: number) {\n  const p = { a: x, b: 2 };\n  p.a = x * x;\n  return p.a * p.b;\n}",
    fix: "export function f(x: number) {\n  const p = { a: x * x, b: 2 };\n  return p.a * p.b;\n}",
  },
  FG205: {
    title: "Recursion",
    cause:
      "The function calls itself, directly or through others. Called functions are inlined, and that would never end. A loop does the same again and again.",
    example: "f(x) = x < 1 ? x : f(x / 2)",
    fix: "f(x) = { y = x / 2; y < 1 ? y : y / 2 }",
  },
  FG206: {
    title: "Loop without an end",
    cause:
      "The condition of the loop holds whatever happens in it, and nothing in it is a `break` or a `return`.",
    example:
      "export function f(x: number) {\n  let s = x;\n  while (true) {\n    s = s / 2;\n  }\n  return s;\n}",
    fix: "export function f(x: number) {\n  let s = x;\n  while (s > 1) {\n    s = s / 2;\n  }\n  return s;\n}",
  },
  FG207: {
    title: "Too large once written out",
    cause:
      "Loops over lists are written out turn by turn, and called functions at every call. The result would have more operations than could be read in the generated code. Loops over numbers and tensors stay loops.",
    example:
      "export function f(x: number) {\n  let s = 0;\n  const list = [1, 2, 3, 4, 5, 6, 7, 8, 9];\n  for (const a of list) {\n    for (const b of list) {\n      s += x / (a + b);\n    }\n  }\n  return s;\n}",
    fix: "export function f(x: number) {\n  let s = 0;\n  for (let a = 1; a <= 9; a++) {\n    for (let b = 1; b <= 9; b++) {\n      s += x / (a + b);\n    }\n  }\n  return s;\n}",
  },
  FG208: {
    title: "Declared twice",
    cause: "Two parameters, functions or declarations of one scope have the same name.",
    example: "f(x, x) = x^2",
    fix: "f(x, y) = x^2 + y",
  },
  FG209: {
    title: "Assignment to a constant or unknown name",
    cause:
      "Only names declared with `let` can be assigned again, and only after their declaration.",
    example: "export function f(x: number) {\n  const s = 2 * x;\n  s += 1;\n  return s;\n}",
    fix: "export function f(x: number) {\n  let s = 2 * x;\n  s += 1;\n  return s;\n}",
  },
  FG210: {
    title: "Missing return",
    cause: "The function can come to its end without a result.",
    example: "export function f(x: number) {\n  if (x > 0) {\n    return x;\n  }\n}",
    fix: "export function f(x: number) {\n  if (x > 0) {\n    return x;\n  }\n  return 0;\n}",
  },
  FG211: {
    title: "Import not found",
    cause: "The imported file is not among those handed to the compiler, or exports no such name.",
    example:
      'import { dense } from "./layer.js";\n\nexport function f(x: number) {\n  return dense(x);\n}',
    fix: 'import { dense } from "./layers.js";\n\nexport function f(x: number) {\n  return dense(x);\n}',
  },
  FG212: {
    title: "Unknown type",
    cause:
      "The name is neither a type of flatgrad nor an alias or interface that this file declares or imports.",
    example:
      'import { sum, type Tensor } from "flatgrad";\n\nexport function f(x: Matrix<["N", 3]>) {\n  return sum(x);\n}',
    fix: 'import { sum, type Tensor } from "flatgrad";\n\nexport function f(x: Tensor<["N", 3]>) {\n  return sum(x);\n}',
  },
  FG213: {
    title: "Name not allowed",
    cause:
      "The name would become a name in generated code. It may have ASCII letters, digits, `_` and `$`, must not start with a digit, and must not be a reserved word, nor for a function or a size a name that generated code uses for itself, such as `Math` or `inputs`.",
    example: "f(class) = class^2",
    fix: "f(category) = category^2",
  },
  FG214: {
    title: "Value of an option not accepted",
    cause: "The option exists, but not with this value or kind of value.",
    example: 'f(x: [4, 3]) = sum(sum(x, axis="rows"))',
    fix: "f(x: [4, 3]) = sum(sum(x, axis=0))",
  },
  FG215: {
    title: "Wrong kind of value",
    cause:
      "A number or tensor is needed where there is a tuple, an object, text or a function, or the reverse.",
    example: "f(x, y) = [x, y](0)",
    fix: "f(x, y) = [x, y][0] * [x, y][1]",
  },
  FG216: {
    title: "No such field or element",
    cause: "The value has no field of this name, or fewer elements than are taken out of it.",
    example:
      "export function f(layer: { w: number; b: number }) {\n  const { w, c } = layer;\n  return w * c;\n}",
    fix: "export function f(layer: { w: number; b: number }) {\n  const { w, b } = layer;\n  return w * b;\n}",
  },
  FG217: {
    title: "Function not found",
    cause: "The file exports no function of the name asked for.",
    example: 'compile({ math: "loss(x) = x^2" }, { functions: ["los"] })',
    fix: 'compile({ math: "loss(x) = x^2" }, { functions: ["loss"] })',
  },
  FG218: {
    title: "Value that changes its kind in a loop",
    cause:
      "What a loop hands on from one iteration to the next keeps its shape and its kind: a number stays a number, a list of three a list of three.",
    example:
      'import { concat, sum, type Tensor } from "flatgrad";\n\nexport function f(x: Tensor<[3]>) {\n  let y: number = x;\n  for (let i = 0; i < 100; i++) {\n    y = concat([y, x]);\n  }\n  return sum(y);\n}',
    fix: 'import { sum, tile, type Tensor } from "flatgrad";\n\nexport function f(x: Tensor<[3]>) {\n  const y = tile(x, [101]);\n  return sum(y);\n}',
  },
  FG219: {
    title: "Array that cannot be written",
    cause:
      "Elements are assigned to in arrays that the function made for itself, by `new Float64Array(n)` or `zeros([n, m])`. A parameter belongs to the caller, and the result of an operation is a value. An array that another value was made of, such as one of two arrays chosen at run time, would have to change that as well.",
    example:
      'import { sum, type Tensor } from "flatgrad";\n\nexport function f(x: Tensor<["N"], "f64">) {\n  for (let i = 1; i < x.length; i++) {\n    x[i] += x[i - 1];\n  }\n  return sum(x);\n}',
    fix: 'import { type Tensor } from "flatgrad";\n\nexport function f(x: Tensor<["N"], "f64">) {\n  const y = new Float64Array(x);\n  for (let i = 1; i < x.length; i++) {\n    y[i] += y[i - 1];\n  }\n  return y[y.length - 1];\n}',
  },
  FG301: {
    title: "Shapes do not fit",
    cause:
      "Operands broadcast: seen from the last axis backwards, sizes must be equal, or one of them 1. Operations that join tensors or pair them with labels need equal shapes, apart from the axis they work along.",
    example: "f(x: [4, 3], b: [4]) = sum(x + b)",
    fix: "f(x: [4, 3], b: [4]) = sum(x + b[:, None])",
  },
  FG302: {
    title: "Inner dimensions differ",
    cause:
      "In a matrix product the last axis of the left matrix and the last but one of the right must have the same size.",
    example: "f(x: [4, 3], w: [5, 3]) = sum(x @ w)",
    fix: "f(x: [4, 3], w: [5, 3]) = sum(x @ w.T)",
  },
  FG303: {
    title: "Axis out of range",
    cause:
      "Axes count from 0, or from −1 backwards; a tensor of rank r has the axes −r to r − 1. None may be named twice.",
    example: "f(x: [4, 3]) = sum(sum(x, axis=2))",
    fix: "f(x: [4, 3]) = sum(sum(x, axis=1))",
  },
  FG304: {
    title: "Index out of range",
    cause:
      "The index is known at build time, and the axis has no such element. Indices count from 0, or in math strings from −1 backwards.",
    example: "f(x: [3]) = x[3]",
    fix: "f(x: [3]) = sum(x[0:2]) + x[2]",
  },
  FG305: {
    title: "Wrong rank",
    cause: "The tensor has more or fewer axes than the operation works on.",
    example: "f(x: [3]) = x[0, 1]",
    fix: "f(x: [3, 2]) = sum(x[0]) + sum(x[1:, 1])",
  },
  FG306: {
    title: "Cannot reshape",
    cause:
      "The new shape has another number of elements than the old, or more than one size left open with −1.",
    example: "f(x: [4, 3]) = sum(reshape(x, [5, 2]))",
    fix: "f(x: [4, 3]) = sum(reshape(x, [6, 2]))",
  },
  FG307: {
    title: "Wrong dtype",
    cause: "Floats are needed where there are integers or truth values, or the reverse.",
    example: "f(x: [3], i: f64[2]) = sum(take(x, i))",
    fix: "f(x: [3], i: i32[2]) = sum(take(x, i))",
  },
  FG308: {
    title: "Reduction of an empty axis",
    cause: "The largest or smallest of no elements does not exist.",
    example: "f(x: [0]) = max(x)",
    fix: "f(x: [3]) = max(x)",
  },
  FG309: {
    title: "Tensor as a condition",
    cause:
      "A choice by `if`, `? :`, `&&` or a loop is made once; a tensor would have to choose for each element.",
    example: "f(x: [3]) = sum(x > 0 ? x : 0)",
    fix: "f(x: [3]) = sum(where(x > 0, x, 0))",
  },
  FG310: {
    title: "Size not known or not equal",
    cause:
      "Two named sizes must be equal here, and nothing says that they are; or a number is needed where the size has only a name.",
    example: "f(x: [N], y: [M]) = sum(x * y)",
    fix: "f(x: [N], y: [N]) = sum(x * y)",
  },
  FG311: {
    title: "Branches of different types",
    cause: "Both branches of a choice must give values of the same shape, dtype and structure.",
    example: "f(c, x: [3]) = sum(c > 0 ? x : [1, 2])",
    fix: "f(c, x: [3]) = sum(c > 0 ? x : [1, 2, 3])",
  },
  FG312: {
    title: "Shape not possible",
    cause:
      "Sizes are whole numbers from 0 on, and a tensor has a limited number of axes and elements.",
    example: "f(x: [2.5]) = sum(x)",
    fix: "f(x: [2]) = sum(x)",
  },
  FG401: {
    title: "Nothing to differentiate",
    cause: "The function has no float parameter, or none was selected.",
    example: "f(n: i32) = n * 0.5",
    fix: "f(x: f64) = x * 0.5",
  },
  FG402: {
    title: "Gradient of or by an integer",
    cause:
      "Integers and truth values do not change by small steps, so there is no derivative of them, nor by them.",
    example: "f(x: [3]) = argmax(x)",
    fix: "f(x: [3]) = logSumExp(x)",
  },
  FG403: {
    title: "Result is not a scalar",
    cause:
      "A gradient belongs to one number, and was asked for a function with several, as by `grad` of `flatgrad/jit`. For such a function the compiler makes a vector-Jacobian product, `fVjp`, with a cotangent as input.",
    example: "f(x: [3]) = x^2",
    fix: "f(x: [3]) = sum(x^2)",
  },
  FG404: {
    title: "Unused parameter",
    cause: "The result does not depend on this parameter; its gradient is zero. A warning.",
    example: "f(x, y) = x^2",
    fix: "f(x) = x^2",
  },
  FG405: {
    title: "No derivative",
    cause:
      "An operation between a parameter and the result cannot be differentiated. Where its derivative exists but is zero everywhere, as with `round` and comparisons, this is a warning: the gradient would say nothing. If it should be zero, write `stopGradient` around the value.",
    example: "f(x) = round(x)",
    fix: "f(x) = x - sin(2 * pi * x) / (2 * pi)",
  },
  FG410: {
    title: "Logarithm of zero within reach",
    cause:
      "The argument of a logarithm starts at 0 by the operations it comes from, and reaches it: there the logarithm is −∞ and its slope infinite. A value that nothing bounds, such as a parameter, is not warned of. A warning.",
    example: "f(x: [3]) = sum(log(relu(x)))",
    fix: "f(x: [3]) = sum(log(relu(x) + 1e-7))",
  },
  FG411: {
    title: "Softmax that overflows or rounds to zero",
    cause:
      "Written by hand over all axes at once or with weights, exp overflows for large scores, and ∞ / ∞ is NaN. The logarithm of an element of a softmax is −∞ where the element rounds to 0. What the compiler can put into the stable form itself, such as log(softmax(x)), is not warned of. A warning.",
    example: "f(x: [N, 3], i: i32[N, 1]) = -mean(log(takeAlong(softmax(x), i, axis=1)))",
    fix: "f(x: [N, 3], i: i32[N, 1]) = -mean(takeAlong(logSoftmax(x), i, axis=1))",
  },
  FG412: {
    title: "Root of zero within reach",
    cause:
      "The argument of a square root, or of a power with an exponent between 0 and 1, starts at 0 and reaches it: the slope there is infinite, and the gradient of a sum of squares below it NaN. A warning.",
    example: "f(x: [3]) = sqrt(sum(x^2))",
    fix: "f(x: [3]) = norm(x)",
  },
  FG413: {
    title: "Root of a square",
    cause:
      "The square root of x² is |x|. Differentiated as written, its gradient at 0 would be ∞ · 0; the compiler takes the absolute value, and says so. A warning.",
    example: "f(x) = sqrt(x^2)",
    fix: "f(x) = abs(x)",
  },
  FG414: {
    title: "Division by zero within reach",
    cause:
      "The divisor starts or ends at 0 by the operations it comes from, and reaches it, as a sum of squares or a count may. A divisor that nothing bounds is not warned of. A warning.",
    example: "f(x: [3]) = sum(x / norm(x))",
    fix: "f(x: [3]) = sum(x / (norm(x) + 1e-12))",
  },
  FG415: {
    title: "Inverse cosine or sine at its end",
    cause:
      "The slopes of acos, asin and atanh are infinite at −1 and 1, that of acosh at 1; the argument reaches them, as one that is clipped there. A warning.",
    example: "f(x) = acos(clip(x, -1, 1))",
    fix: "f(x) = acos(clip(x, -1 + 1e-7, 1 - 1e-7))",
  },
  FG416: {
    title: "Power of a negative number",
    cause:
      "The base is never positive, and the exponent not known to be whole: the power is NaN for almost all exponents. A warning.",
    example: "f(x) = (-2) ^ x",
    fix: "f(x) = 2 ^ x",
  },
  FG420: {
    title: "Not a function to differentiate",
    cause:
      "Derivatives (`grad`, `valueAndGrad`, `vjp`, `jvp`, `hvp`) take a function and give another, which is then called: the derivative is not taken of a value.",
    example: "f(x) = grad(x^2)",
    fix: "g(x) = x^2; f(x) = grad(g)(x)",
  },
  FG421: {
    title: "Direction does not fit",
    cause:
      "A tangent has the type of the argument it moves, a cotangent that of the result. A number serves for every element.",
    example: "g(x) = sum(x^2); f(x: [3], v: [2]) = jvp(g)(x, v)",
    fix: "g(x) = sum(x^2); f(x: [3], v: [3]) = jvp(g)(x, v)",
  },
  FG422: {
    title: "Matrix of derivatives too large",
    cause:
      "A Jacobian has the elements of the result times those of the parameter, a Hessian the square of those of the parameter. Where that is beyond memory there are products with it, and sparse forms.",
    example:
      'import { sum, type Tensor } from "flatgrad";\n\n/** @hessian */\nexport function f(x: Tensor<[100000]>) {\n  return sum(x * x);\n}',
    fix: 'import { sum, type Tensor } from "flatgrad";\n\n/** @hvp */\nexport function f(x: Tensor<[100000]>) {\n  return sum(x * x);\n}',
  },
  FG423: {
    title: "Chain rule does not fit",
    cause:
      "The backward function of `customGradient` is given the arguments, the value and the gradient of the value. It returns the gradient of the argument, or for several arguments a list of one for each, of the argument's shape.",
    example: "g(x) = x^2; b(x, y, dy) = [x * dy, y * dy]; f(x) = customGradient(g, b)(x)",
    fix: "g(x) = x^2; b(x, y, dy) = (x + y / x) * dy; f(x) = customGradient(g, b)(x)",
  },
  FG424: {
    title: "No batches of this operation",
    cause:
      "A batch (`vmap`, and the Jacobian, which is one batch of directions) is one operation over one more axis. A convolution whose images and filters both vary becomes one with as many groups, whose number must be known; and what is done step by step is not known to have a form for a batch.",
    example: "f(x: [N, 1, 1, 8, 8], w: [N, 1, 1, 3, 3]) = vmap(conv2d)(x, w)",
    fix: "f(x: [16, 1, 1, 8, 8], w: [16, 1, 1, 3, 3]) = vmap(conv2d)(x, w)",
  },
  FG425: {
    title: "Jacobian of several values",
    cause: "A Jacobian or Hessian is one tensor: of one result, by one argument.",
    example: "g(x, y) = x^3 * y; f(x, y) = hessian(g)(x, y)",
    fix: 'g(x, y) = x^3 * y; f(x, y) = hessian(g, "x")(x, y)',
  },
  FG426: {
    title: "Structure of a Jacobian not known",
    cause:
      "Which element depends on which is found while compiling, for `sparseJacobian` and `sparseHessian`, and the positions are computed from the patterns they repeat. So all sizes between parameter and result must be numbers, and the positions must follow patterns: bands, blocks, stencils.",
    example: "g(x) = x[1:]^2 - x[:-1]; f(x: [N]) = sparseJacobian(g)(x).data",
    fix: "g(x) = x[1:]^2 - x[:-1]; f(x: [100]) = sparseJacobian(g)(x).data",
  },
  FG501: {
    title: "File not found or not readable",
    cause: "There is no such file, or the system does not let it be read or written.",
    example: "flatgrad build modle.ts",
    fix: "flatgrad build model.ts",
  },
  FG502: {
    title: "Unknown value on the command line",
    cause: "The option exists, but does not take this value.",
    example: "flatgrad build model.ts --target java",
    fix: "flatgrad build model.ts --target js",
  },
  FG503: {
    title: "Nothing to compile",
    cause: "The file exports no function, so there is nothing to write a gradient for.",
    example: "function f(x: number) {\n  return x * x;\n}",
    fix: "export function f(x: number) {\n  return x * x;\n}",
  },
  FG504: {
    title: "File in the way",
    cause:
      "The generated module would take the place of a file that flatgrad did not write, or of the module of another model.",
    example: "flatgrad build net.ts   (net.grad.ts was written by hand)",
    fix: "flatgrad build net.ts --out-dir generated",
  },
  FG505: {
    title: "Generated file missing or out of date",
    cause:
      "With --check, `flatgrad build` compiled the model and found another text in its generated file, or none.",
    example: "flatgrad build net.ts --check   (net.ts has changed)",
    fix: "flatgrad build net.ts",
  },
  FG506: {
    title: "No point to check at",
    cause:
      "The random inputs that `flatgrad check` drew, normal and positive ones of about 1, gave no finite value.",
    example: "f(x) = log(x - 100)",
    fix: "f(x) = log(x)",
  },
  FG507: {
    title: "Memory not known",
    cause:
      "A memory budget is a number of bytes. To keep it, all named sizes must have a value, and loops a number of iterations that follows from sizes.",
    example: 'flatgrad build net.ts --memory-budget 10M   (x: Tensor<["N", 784]>)',
    fix: "flatgrad build net.ts --memory-budget 10M --size N=64",
  },
  FG508: {
    title: "Memory budget too small",
    cause:
      "Even after computing again what can be, the backward pass holds more of the forward pass than the budget: what loops carry from turn to turn, what the next step back is computed from, and what is as large computed again as kept.",
    example: "flatgrad build net.ts --memory-budget 1k",
    fix: "flatgrad build net.ts --memory-budget 64k",
  },
  FG599: {
    title: "Error in the compiler",
    cause:
      "This is a bug in flatgrad, not in the program. Please report it, with the program if you can.",
    example: "Any program may meet it; none should.",
    fix: "Smaller statements often avoid it until it is mended.",
  },
} as const satisfies Record<DiagnosticCode, CatalogueEntry>;

/** The catalogue entry of a code such as `FG203` as plain text; undefined for an unknown code. */
export function explain(code: string): string | undefined {
  const entry = new Map<string, CatalogueEntry>(Object.entries(catalogue)).get(code.toUpperCase());
  if (entry === undefined) return undefined;
  const { title, cause, example, fix } = entry;
  return [
    `${code.toUpperCase()}: ${title}`,
    cause,
    `For example:\n\n${indent(example)}`,
    `Instead:\n\n${indent(fix)}`,
  ].join("\n\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
