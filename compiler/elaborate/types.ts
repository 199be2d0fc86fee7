import type { Span } from "../diagnostic.js";
import type { DType, Shape } from "../ir/type.js";
import type { TypeSyntax } from "../syntax/tree.js";
import { checkShape } from "./apply.js";
import { checkIdentifier } from "./identifiers.js";
import { TYPE_NAMES, type Global } from "./modules.js";
import {
  checkDim,
  followAlias,
  mathDim,
  readDim,
  readLiteral,
  readShape,
  type TypeReader,
} from "./sizes.js";
import { dtypeFor } from "./foreign.js";
import { didYouMean } from "./suggest.js";

/** What a parameter is declared to be. */
export type ParameterType =
  | {
      readonly kind: "tensor";
      readonly dtype: DType;
      readonly shape: Shape;
      /** Declared `Param`: differentiated by default. */
      readonly differentiate: boolean;
      /** `number`, or nothing written: an inlined call takes any tensor. */
      readonly generic: boolean;
      /** `Tensor` without a shape: only for functions that are inlined. */
      readonly open: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "object";
      readonly fields: readonly {
        readonly name: string;
        readonly type: ParameterType;
      }[];
      readonly span: Span;
    }
  | {
      readonly kind: "tuple";
      readonly elements: readonly ParameterType[];
      readonly span: Span;
    };

const DTYPES: ReadonlySet<string> = new Set(["f32", "f64", "i32", "bool"]);

function isDType(name: unknown): name is DType {
  return typeof name === "string" && DTYPES.has(name);
}

/** Arrays of JavaScript, as parameters of functions that write into them. */
const ARRAYS: ReadonlyMap<string, DType> = new Map([
  ["Float64Array", "f64"],
  ["Float32Array", "f32"],
  ["Int32Array", "i32"],
]);

const ACCEPTED =
  'number, boolean, Tensor<["N", 3]>, Param<[3]>, Labels<"N">, and object and tuple types of them';
const ACCEPTED_IN_MATH = "f64, f32, i32, bool, [3], f64[N, 3]";

/** Undefined where the type is not accepted, which is reported. */
export function readType(reader: TypeReader, syntax: TypeSyntax): ParameterType | undefined {
  const { span } = syntax;
  return reader.context.nested(span, () => {
    switch (syntax.kind) {
      case "name":
        return namedType(reader, syntax);
      case "array":
        return readMathArray(reader, syntax);
      case "tuple":
        return tupleType(reader, syntax.elements, span);
      case "object":
        return objectType(reader, syntax);
      case "literal":
      case "typeof":
        return refuseType(reader, "this type", span);
    }
  });
}

function refuseType(reader: TypeReader, found: string, span: Span, hint?: string): undefined {
  const isMath = reader.module.language === "math";
  reader.context.error("FG212", `${found} is not the type of a parameter`, span, {
    accepted: isMath ? ACCEPTED_IN_MATH : ACCEPTED,
    hint,
  });
  return undefined;
}

function tensorType(
  reader: TypeReader,
  dtype: DType,
  shape: Shape | undefined,
  span: Span,
  details: {
    readonly differentiate?: boolean;
    readonly generic?: boolean;
    readonly open?: boolean;
  } = {},
): ParameterType | undefined {
  if (shape === undefined || !checkShape(reader.context, shape, span)) return undefined;
  const wide = reader.context.precision === "f64" && dtype === "f32";
  return {
    kind: "tensor",
    dtype: wide ? "f64" : dtype,
    shape,
    differentiate: details.differentiate ?? false,
    generic: details.generic ?? false,
    open: details.open ?? false,
    span,
  };
}

function namedType(
  reader: TypeReader,
  syntax: Extract<TypeSyntax, { kind: "name" }>,
): ParameterType | undefined {
  const { name, span } = syntax;
  if (reader.module.language === "math") {
    if (isDType(name)) return tensorType(reader, name, [], span);
    return refuseType(
      reader,
      `\`${name.slice(0, 60)}\``,
      span,
      didYouMean(name, DTYPES, dtypeFor(name)),
    );
  }
  if (name === "number") return tensorType(reader, "f64", [], span, { generic: true });
  if (name === "boolean") return tensorType(reader, "bool", [], span);
  const global = reader.context.program.type(reader.module, name);
  switch (global?.kind) {
    case "flatgradType":
      return readFlatgradType(reader, global.name, syntax);
    case "type":
      return aliasType(reader, global, span);
    case "failed":
      return undefined;
    default: {
      const array = ARRAYS.get(name);
      if (array !== undefined) return tensorType(reader, array, [], span, { open: true });
      const hint = TYPE_NAMES.has(name)
        ? `write \`import { type ${name} } from "flatgrad"\``
        : didYouMean(name, [...TYPE_NAMES, ...reader.module.types.map((type) => type.name)]);
      return refuseType(reader, `\`${name.slice(0, 60)}\``, span, hint);
    }
  }
}

function readFlatgradType(
  reader: TypeReader,
  name: string,
  { arguments: given, span }: Extract<TypeSyntax, { kind: "name" }>,
): ParameterType | undefined {
  const [shape, dtype, extra] = given;
  const isLabels = name === "Labels";
  if (given.length === 0) {
    const details = { generic: !isLabels, open: true };
    return tensorType(reader, isLabels ? "i32" : "f32", [], span, details);
  }
  if (shape === undefined || extra !== undefined || (isLabels && dtype)) {
    return refuseType(
      reader,
      `\`${name}\` with ${given.length} arguments`,
      span,
      isLabels ? 'write `Labels<"N">`' : `write \`${name}<["N", 3]>\``,
    );
  }
  if (isLabels) {
    const size = readDim(reader, shape);
    return tensorType(reader, "i32", size === undefined ? undefined : [size], span);
  }
  const written = dtype === undefined ? "f32" : readLiteral(reader, dtype);
  if (!isDType(written)) {
    refuseDType(reader, written, dtype?.span ?? span);
    return undefined;
  }
  const differentiate = name === "Param";
  return tensorType(reader, written, readShape(reader, shape), span, {
    differentiate,
  });
}

function refuseDType(reader: TypeReader, written: number | string | undefined, span: Span): void {
  // What is no literal was reported when it was read.
  if (written === undefined) return;
  const shown = typeof written === "string" ? `"${written.slice(0, 40)}"` : `${written}`;
  reader.context.error("FG212", `${shown} is not a dtype`, span, {
    accepted: '"f32", "f64", "i32", "bool"',
    hint: typeof written === "string" ? didYouMean(written, DTYPES, dtypeFor(written)) : undefined,
  });
}

function aliasType(
  reader: TypeReader,
  global: Extract<Global, { kind: "type" }>,
  span: Span,
): ParameterType | undefined {
  const inside = followAlias(reader, global, span);
  return inside && readType(inside, global.declaration.type);
}

function tupleType(
  reader: TypeReader,
  elements: readonly TypeSyntax[],
  span: Span,
): ParameterType | undefined {
  const types = elements.map((element) => readType(reader, element));
  const read = types.filter((type) => type !== undefined);
  if (read.length < types.length) return undefined;
  return { kind: "tuple", elements: read, span };
}

function objectType(
  reader: TypeReader,
  { fields, span }: Extract<TypeSyntax, { kind: "object" }>,
): ParameterType | undefined {
  const names = new Set<string>();
  let valid = true;
  const read = fields.flatMap((field) => {
    valid = checkIdentifier(reader.context, field.name, "field", field.span) && valid;
    if (names.has(field.name)) {
      valid = false;
      reader.context.error("FG208", `the field \`${field.name}\` is declared twice`, field.span);
    }
    names.add(field.name);
    const type = readType(reader, field.type);
    return type === undefined ? [] : [{ name: field.name, type }];
  });
  if (!valid || read.length < fields.length) return undefined;
  return { kind: "object", fields: read, span };
}

function readMathArray(
  reader: TypeReader,
  { element, shape, span }: Extract<TypeSyntax, { kind: "array" }>,
): ParameterType | undefined {
  const dtype = element ?? "f32";
  if (!isDType(dtype))
    return refuseType(
      reader,
      `\`${dtype.slice(0, 40)}\``,
      span,
      didYouMean(dtype, DTYPES, dtypeFor(dtype)),
    );
  const dims = shape.map((size) => checkDim(reader, mathDim(size), "this", size.span));
  const read = dims.filter((dim) => dim !== undefined);
  if (read.length < dims.length) return undefined;
  return tensorType(reader, dtype, read, span);
}
