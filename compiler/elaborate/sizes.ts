import type { Span } from "../diagnostic.js";
import { dimAdd, dimMul, dimNames, dimSub, type Dim } from "../ir/dim.js";
import type { Shape } from "../ir/type.js";
import type { Expression, Module, TypeSyntax } from "../syntax/tree.js";
import { termCount } from "./apply.js";
import { readDimText } from "./attributes.js";
import type { Context } from "./context.js";
import { isGeneratedName, isSizeName } from "./identifiers.js";
import type { Global } from "./modules.js";
import { constantValue } from "./names.js";
import { didYouMean } from "./suggest.js";

type TypeGlobal = Extract<Global, { kind: "type" }>;

/** Where types are read: their names mean what they mean in this module. */
export interface TypeReader {
  readonly context: Context;
  readonly module: Module;
  /** Aliases being followed, to notice one that contains itself. */
  readonly open: ReadonlySet<object>;
}

/** A reader inside an alias; undefined where the alias contains itself, which is reported. */
export function followAlias(
  reader: TypeReader,
  { declaration, module }: TypeGlobal,
  span: Span,
): TypeReader | undefined {
  if (!reader.open.has(declaration)) {
    const open = new Set([...reader.open, declaration]);
    return { context: reader.context, module, open };
  }
  reader.context.error("FG212", `the type \`${declaration.name}\` contains itself`, span, {
    accepted: "types of a fixed number of tensors",
  });
  return undefined;
}

/** A shape written as a tuple type: `["N", 784]`. */
export function readShape(reader: TypeReader, syntax: TypeSyntax): Shape | undefined {
  if (syntax.kind === "tuple") {
    const dims = syntax.elements.map((element) => readDim(reader, element));
    const read = dims.filter((dim) => dim !== undefined);
    return read.length < dims.length ? undefined : read;
  }
  const global =
    syntax.kind === "name" ? reader.context.program.type(reader.module, syntax.name) : undefined;
  if (global?.kind === "type") {
    const inside = followAlias(reader, global, syntax.span);
    return inside && readShape(inside, global.declaration.type);
  }
  reader.context.error("FG212", "this is not a shape", syntax.span, {
    accepted: 'a list of sizes: ["N", 784]',
    hint: shapeHint(syntax),
  });
  return undefined;
}

/** A shape in one string, or a lone size, as a list. */
function shapeHint(syntax: TypeSyntax): string | undefined {
  if (syntax.kind !== "literal") return undefined;
  const sizes = String(syntax.value)
    .split(",")
    .map((size) => size.trim().slice(0, 20));
  const valid = sizes.every((size) => /^\d+$/.test(size) || isSizeName(size));
  if (!valid) return undefined;
  const list = sizes.map((size) => (/^\d/.test(size) ? size : `"${size}"`)).join(", ");
  return `write [${list}]`;
}

export function readDim(reader: TypeReader, syntax: TypeSyntax): Dim | undefined {
  const value = readLiteral(reader, syntax);
  if (value === undefined) return undefined;
  return checkDim(
    reader,
    typeof value === "string" ? readDimText(value) : value,
    typeof value === "string" ? `"${value.slice(0, 40)}"` : `${value}`,
    syntax.span,
  );
}

export function checkDim(
  reader: TypeReader,
  dim: Dim | undefined,
  shown: string,
  span: Span,
): Dim | undefined {
  const names = dim === undefined ? [] : dimNames(dim);
  const whole = typeof dim !== "number" || Number.isSafeInteger(dim);
  const positive = typeof dim !== "number" || dim >= 0;
  const named = names.every(isSizeName);
  if (dim !== undefined && whole && positive && named && !/\bfloor\b(?!\()/.test(String(dim)))
    return dim;
  const code = whole && positive ? "FG213" : "FG312";
  reader.context.error(code, `${shown} is not a size`, span, {
    accepted:
      'a whole number that is not negative, a name such as "N", or a sum or product of them such as "2*N + 1"',
    hint: names.some(isGeneratedName)
      ? "generated code uses this name for itself: choose another, such as a capital letter"
      : undefined,
  });
  return undefined;
}

/** A literal, a constant by `typeof`, or an alias of one. */
export function readLiteral(reader: TypeReader, syntax: TypeSyntax): number | string | undefined {
  if (syntax.kind === "literal") return syntax.value;
  if (syntax.kind === "typeof") return readTypeOf(reader, syntax.name, syntax.span);
  const global =
    syntax.kind === "name" ? reader.context.program.type(reader.module, syntax.name) : undefined;
  if (global?.kind === "type") {
    const inside = followAlias(reader, global, syntax.span);
    return inside && readLiteral(inside, global.declaration.type);
  }
  if (global?.kind === "failed") return undefined;
  reader.context.error("FG212", "this is not a size or a dtype", syntax.span, {
    accepted: 'a number, a name in quotes such as "N", or `typeof CONSTANT`',
    hint: literalHint(reader, syntax),
  });
  return undefined;
}

function literalHint({ context, module }: TypeReader, syntax: TypeSyntax): string | undefined {
  if (syntax.kind !== "name" || !isSizeName(syntax.name)) return undefined;
  const isConstant = context.program.value(module, syntax.name)?.kind === "constant";
  return isConstant ? `write \`typeof ${syntax.name}\`` : `write "${syntax.name}" in quotes`;
}

function readTypeOf(reader: TypeReader, name: string, span: Span): number | undefined {
  const global = reader.context.program.value(reader.module, name);
  if (global?.kind === "failed") return undefined;
  if (global?.kind === "constant") {
    const value = constantValue(reader.context, global, span);
    if (value.kind === "number") return value.value;
    if (value.kind === "poison") return undefined;
  }
  reader.context.error("FG212", `\`${name.slice(0, 40)}\` is not a constant number`, span, {
    accepted: "the name of a number declared with `const` at the top of the file",
    hint: didYouMean(name, reader.context.program.names(reader.module)),
  });
  return undefined;
}

/** A size of a math string's type: numbers, names, sums and products. */
export function mathDim(size: Expression): Dim | undefined {
  if (size.kind === "number") return size.value;
  if (size.kind === "name") return isSizeName(size.name) ? size.name : undefined;
  if (size.kind !== "binary") return undefined;
  const [a, b] = [mathDim(size.left), mathDim(size.right)];
  if (a === undefined || b === undefined) return undefined;
  if (termCount(String(a)) * termCount(String(b)) > 20) return undefined;
  switch (size.operator) {
    case "+":
      return dimAdd(a, b);
    case "-":
      return dimSub(a, b);
    case "*":
      return dimMul(a, b);
    default:
      return undefined;
  }
}
