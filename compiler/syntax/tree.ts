import type { Span } from "../diagnostic.js";

/**
 * The syntax tree both front ends produce: just what the accepted language
 * needs, with the place of everything. Parsing decides what is *written*;
 * names, types and meaning are the elaborator's.
 */

/** One parsed file, or one math string. */
export interface Module {
  readonly path: string;
  readonly language: "typescript" | "math";
  readonly imports: readonly Import[];
  readonly types: readonly TypeAlias[];
  readonly constants: readonly ConstantDeclaration[];
  readonly functions: readonly FunctionDeclaration[];
}

/** `import { imported as local } from "from"`; `imported` is `"*"` for a namespace. Type imports are included. */
export interface Import {
  readonly local: string;
  readonly imported: string;
  /** Module specifier as written: `"flatgrad"`, `"./layers.js"`. */
  readonly from: string;
  readonly span: Span;
}

/** `type Name = …` or `interface Name { … }`. */
export interface TypeAlias {
  readonly name: string;
  readonly type: TypeSyntax;
  readonly span: Span;
}

/** `const NAME = value` at the top of a file. */
export interface ConstantDeclaration {
  readonly name: string;
  readonly value: Expression;
  readonly exported: boolean;
  readonly span: Span;
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly exported: boolean;
  /** Text of the documentation comment, without the comment marks. */
  readonly doc?: string | undefined;
  /** JSDoc tags: `@gradient W1 b1` is `{ name: "gradient", text: "W1 b1" }`. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
  readonly returnType?: TypeSyntax | undefined;
  readonly span: Span;
  readonly nameSpan: Span;
}

export interface Parameter {
  readonly pattern: Pattern;
  /** Absent where the author gave none (allowed in math strings, where it means an f64 scalar). */
  readonly type?: TypeSyntax | undefined;
  readonly span: Span;
}

// Types

export type TypeSyntax =
  /** `number`, `Tensor<["N", 784]>`, `Labels<"N">`, an alias, or in math strings `f64`, `i32`. */
  | {
      readonly kind: "name";
      readonly name: string;
      readonly arguments: readonly TypeSyntax[];
      readonly span: Span;
    }
  /** A dimension or a dtype given as a literal: `784`, `"N"`, `"f64"`. */
  | {
      readonly kind: "literal";
      readonly value: number | string;
      readonly span: Span;
    }
  /** `typeof HIDDEN`. */
  | { readonly kind: "typeof"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "tuple";
      readonly elements: readonly TypeSyntax[];
      readonly span: Span;
    }
  | {
      readonly kind: "object";
      readonly fields: readonly TypeField[];
      readonly span: Span;
    }
  /** Math strings: `f64[N, 3]`, `[3]`, `i32[2 * N]`. `element` is absent where no dtype is written. */
  | {
      readonly kind: "array";
      readonly element?: string | undefined;
      readonly shape: readonly Expression[];
      readonly span: Span;
    };

export interface TypeField {
  readonly name: string;
  readonly type: TypeSyntax;
  readonly span: Span;
}

// Statements

export type Statement =
  /** `const`/`let` (one statement for each declarator), or the first assignment to a name in a math string. */
  | {
      readonly kind: "declare";
      readonly mutable: boolean;
      readonly pattern: Pattern;
      readonly value?: Expression | undefined;
      readonly span: Span;
    }
  /** `target op= value`; `x++` is `x += 1`. `operator` is absent for a plain `=`. */
  | {
      readonly kind: "assign";
      readonly target: Expression;
      readonly operator?: BinaryOperator | undefined;
      readonly value: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly span: Span;
    }
  /** `for (init; condition; update) body`. */
  | {
      readonly kind: "for";
      readonly init: readonly Statement[];
      readonly condition?: Expression | undefined;
      readonly update: readonly Statement[];
      readonly body: readonly Statement[];
      readonly span: Span;
    }
  | {
      readonly kind: "forOf";
      readonly pattern: Pattern;
      readonly iterable: Expression;
      readonly body: readonly Statement[];
      readonly span: Span;
    }
  | {
      readonly kind: "while";
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly span: Span;
    }
  /** `do body while (condition)`. */
  | {
      readonly kind: "doWhile";
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly span: Span;
    }
  | { readonly kind: "break"; readonly span: Span }
  | { readonly kind: "continue"; readonly span: Span }
  | {
      readonly kind: "block";
      readonly body: readonly Statement[];
      readonly span: Span;
    }
  | {
      readonly kind: "return";
      readonly value?: Expression | undefined;
      readonly span: Span;
    }
  /** An expression for its own sake; the elaborator refuses all but documentation-like ones. */
  | {
      readonly kind: "expression";
      readonly value: Expression;
      readonly span: Span;
    };

export type Pattern =
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "object";
      readonly fields: readonly {
        readonly key: string;
        readonly pattern: Pattern;
        readonly span: Span;
      }[];
      readonly span: Span;
    }
  /** `[a, , b]`: a hole is null. */
  | {
      readonly kind: "tuple";
      readonly elements: readonly (Pattern | null)[];
      readonly span: Span;
    };

// Expressions

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly span: Span }
  | { readonly kind: "boolean"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "unary";
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: "conditional";
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
      readonly span: Span;
    }
  /** `callee(arguments)`; `Math.exp(x)` has a member callee. Keyword options of math strings are `options`. */
  | {
      readonly kind: "call";
      readonly callee: Expression;
      readonly arguments: readonly Expression[];
      readonly options: readonly Field[];
      readonly span: Span;
    }
  /** `object.property`. */
  | {
      readonly kind: "member";
      readonly object: Expression;
      readonly property: string;
      readonly propertySpan: Span;
      readonly span: Span;
    }
  /** `x[i]`, and in math strings `x[1:3, ::2]`. */
  | {
      readonly kind: "index";
      readonly object: Expression;
      readonly items: readonly IndexItem[];
      readonly span: Span;
    }
  | {
      readonly kind: "array";
      readonly elements: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly kind: "object";
      readonly fields: readonly Field[];
      readonly span: Span;
    }
  /** `(x, y) => …`; an expression body is one `return`. */
  | {
      readonly kind: "arrow";
      readonly parameters: readonly Parameter[];
      readonly body: readonly Statement[];
      readonly span: Span;
    }
  /** `new Float64Array(n)`. */
  | {
      readonly kind: "new";
      readonly constructorName: string;
      readonly arguments: readonly Expression[];
      readonly span: Span;
    };

export interface Field {
  readonly key: string;
  readonly value: Expression;
  readonly span: Span;
}

export type IndexItem =
  | { readonly kind: "at"; readonly index: Expression; readonly span: Span }
  | {
      readonly kind: "slice";
      readonly start?: Expression | undefined;
      readonly stop?: Expression | undefined;
      readonly step?: Expression | undefined;
      readonly span: Span;
    }
  /** NumPy's `...`. */
  | { readonly kind: "ellipsis"; readonly span: Span }
  /** NumPy's `newaxis`, written `newaxis` or `None`. */
  | { readonly kind: "newAxis"; readonly span: Span };

export type UnaryOperator = "-" | "+" | "!";

/** `@` is matmul; `**` is power (`^` in math strings is read as `**`). */
export type BinaryOperator =
  "+" | "-" | "*" | "/" | "%" | "**" | "@" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "&&" | "||";
