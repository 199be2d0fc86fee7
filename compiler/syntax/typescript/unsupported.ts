import { KindMap, ts } from "./api.js";
import type { Context } from "./context.js";

interface Unsupported {
  readonly found: string;
  readonly hint?: string;
}

const ACCEPTED_STATEMENTS = "`const`, `let`, assignments, `if`, loops, `return` and blocks";
const ACCEPTED_EXPRESSIONS =
  "numbers, names, operators, calls, indexing, arrays, objects and `condition ? a : b`";
const ACCEPTED_TYPES =
  "`number`, `boolean`, `Tensor<…>`, `Param<…>`, `Labels<…>`, and tuples and objects of them";

/** Reports a statement the language has no place for. */
export function refuseStatement(context: Context, node: ts.Node): void {
  refuseFrom(STATEMENTS, "FG105", ACCEPTED_STATEMENTS, context, node);
}

/** Reports an expression the language has no place for. */
export function refuseExpression(context: Context, node: ts.Node): void {
  refuseFrom(EXPRESSIONS, "FG106", ACCEPTED_EXPRESSIONS, context, node);
}

/** Reports a type the language has no place for. */
export function refuseType(context: Context, node: ts.Node): void {
  refuseFrom(TYPES, "FG110", ACCEPTED_TYPES, context, node);
}

function refuseFrom(
  table: KindMap<Unsupported>,
  code: "FG105" | "FG106" | "FG110",
  accepted: string,
  context: Context,
  node: ts.Node,
): void {
  const { found, hint } = table.get(node.kind) ?? { found: "this syntax" };
  context.refuse(code, node, found, { accepted, hint });
}

const OUTSIDE = "keep it out of the model file, and call the generated code";

const STATEMENTS = new KindMap<Unsupported>(() => [
  [
    ts.SyntaxKind.ClassDeclaration,
    {
      found: "a class declaration",
      hint: "write functions, and an `interface` for a bundle of parameters",
    },
  ],
  [ts.SyntaxKind.EnumDeclaration, { found: "an enum", hint: "write a `const` for each member" }],
  [
    ts.SyntaxKind.ModuleDeclaration,
    {
      found: "a namespace",
      hint: "write its functions at the top of a file of their own",
    },
  ],
  [
    ts.SyntaxKind.FunctionDeclaration,
    {
      found: "a function inside a function",
      hint: "move it to the top of the file and pass it what it uses",
    },
  ],
  [
    ts.SyntaxKind.InterfaceDeclaration,
    {
      found: "an interface inside a function",
      hint: "move it to the top of the file",
    },
  ],
  [
    ts.SyntaxKind.TypeAliasDeclaration,
    {
      found: "a type alias inside a function",
      hint: "move it to the top of the file",
    },
  ],
  [
    ts.SyntaxKind.SwitchStatement,
    {
      found: "a `switch` statement",
      hint: "write `if (…) { … } else if (…) { … } else { … }`",
    },
  ],
  [
    ts.SyntaxKind.TryStatement,
    {
      found: "a `try` statement",
      hint: "nothing in a model throws; take the statements out of it",
    },
  ],
  [
    ts.SyntaxKind.ThrowStatement,
    {
      found: "a `throw` statement",
      hint: "check inputs before you call the generated code",
    },
  ],
  [
    ts.SyntaxKind.ForInStatement,
    {
      found: "a `for … in` loop",
      hint: "count with `for (let i = 0; i < n; i++)`, or use `for … of`",
    },
  ],
  [
    ts.SyntaxKind.LabeledStatement,
    {
      found: "a label",
      hint: "move the inner loop to a function of its own and `return` from it",
    },
  ],
  [
    ts.SyntaxKind.DebuggerStatement,
    {
      found: "a `debugger` statement",
      hint: "step through the generated code instead",
    },
  ],
  [ts.SyntaxKind.WithStatement, { found: "a `with` statement", hint: "name the object each time" }],
  [
    ts.SyntaxKind.ExpressionStatement,
    { found: "a statement that computes nothing kept", hint: OUTSIDE },
  ],
  [
    ts.SyntaxKind.ImportEqualsDeclaration,
    {
      found: "`import … =`",
      hint: 'write `import { name } from "./file.js"`',
    },
  ],
]);

const EXPRESSIONS = new KindMap<Unsupported>(() => [
  [
    ts.SyntaxKind.TemplateExpression,
    { found: "a template string", hint: 'write a plain string: `"…"`' },
  ],
  [
    ts.SyntaxKind.NoSubstitutionTemplateLiteral,
    { found: "a template string", hint: 'write a plain string: `"…"`' },
  ],
  [
    ts.SyntaxKind.TaggedTemplateExpression,
    { found: "a tagged template string", hint: "write a call: `f(x)`" },
  ],
  [ts.SyntaxKind.RegularExpressionLiteral, { found: "a regular expression" }],
  [ts.SyntaxKind.BigIntLiteral, { found: "a bigint", hint: "leave out the `n` for a number" }],
  [
    ts.SyntaxKind.AwaitExpression,
    {
      found: "`await`",
      hint: "fetch values before you call the generated code, and pass them as parameters",
    },
  ],
  [ts.SyntaxKind.YieldExpression, { found: "`yield`" }],
  [
    ts.SyntaxKind.SpreadElement,
    {
      found: "a spread `...`",
      hint: "write the elements one by one; for tensors use `concat` or `stack`",
    },
  ],
  [
    ts.SyntaxKind.SpreadAssignment,
    {
      found: "a spread `...` in an object",
      hint: "write the fields one by one: `{ a: p.a, b: p.b }`",
    },
  ],
  [
    ts.SyntaxKind.OmittedExpression,
    { found: "a hole in an array", hint: "write a value between the commas" },
  ],
  [
    ts.SyntaxKind.FunctionExpression,
    { found: "a `function` expression", hint: "write `(x: number) => …`" },
  ],
  [
    ts.SyntaxKind.TypeAssertionExpression,
    { found: "a type before a value", hint: "write `x as T` for `<T>x`" },
  ],
  [ts.SyntaxKind.ClassExpression, { found: "a class expression" }],
  [ts.SyntaxKind.ThisKeyword, { found: "`this`", hint: "pass the object as a parameter" }],
  [ts.SyntaxKind.SuperKeyword, { found: "`super`" }],
  [
    ts.SyntaxKind.NullKeyword,
    { found: "`null`", hint: "every value of a model is a number or a tensor" },
  ],
  [ts.SyntaxKind.DeleteExpression, { found: "`delete`" }],
  [
    ts.SyntaxKind.TypeOfExpression,
    {
      found: "`typeof` of a value",
      hint: "the types of a model are known when it is written",
    },
  ],
  [ts.SyntaxKind.VoidExpression, { found: "`void`" }],
  [ts.SyntaxKind.MetaProperty, { found: "`import.meta` or `new.target`" }],
  [
    ts.SyntaxKind.ImportKeyword,
    {
      found: "a dynamic `import()`",
      hint: 'write `import { name } from "./file.js"` at the top',
    },
  ],
  [
    ts.SyntaxKind.MethodDeclaration,
    { found: "a method", hint: "write a function at the top of the file" },
  ],
  [ts.SyntaxKind.GetAccessor, { found: "a getter" }],
  [ts.SyntaxKind.SetAccessor, { found: "a setter" }],
  [
    ts.SyntaxKind.ComputedPropertyName,
    { found: "a computed property name", hint: "write the name itself" },
  ],
  [ts.SyntaxKind.PrivateIdentifier, { found: "a private name" }],
]);

const ONE_TYPE = "write one type; for a choice, write two functions";

const TYPES = new KindMap<Unsupported>(() => [
  [
    ts.SyntaxKind.AnyKeyword,
    { found: "the type `any`", hint: "write what it is, such as `number`" },
  ],
  [
    ts.SyntaxKind.UnknownKeyword,
    { found: "the type `unknown`", hint: "write what it is, such as `number`" },
  ],
  [ts.SyntaxKind.NeverKeyword, { found: "the type `never`" }],
  [
    ts.SyntaxKind.VoidKeyword,
    { found: "the type `void`", hint: "return the result of the function" },
  ],
  [ts.SyntaxKind.ObjectKeyword, { found: "the type `object`" }],
  [ts.SyntaxKind.UndefinedKeyword, { found: "the type `undefined`" }],
  [ts.SyntaxKind.BigIntKeyword, { found: "the type `bigint`", hint: "write `number`" }],
  [ts.SyntaxKind.SymbolKeyword, { found: "the type `symbol`" }],
  [
    ts.SyntaxKind.ArrayType,
    {
      found: "an array type",
      hint: 'write `Tensor<["N"]>` for any number of elements, `[number, number]` for two',
    },
  ],
  [ts.SyntaxKind.UnionType, { found: "a union type", hint: ONE_TYPE }],
  [
    ts.SyntaxKind.IntersectionType,
    {
      found: "an intersection type",
      hint: "write one object type with all the fields",
    },
  ],
  [
    ts.SyntaxKind.FunctionType,
    {
      found: "a function type",
      hint: "call functions by their names; they are no parameters",
    },
  ],
  [ts.SyntaxKind.ConstructorType, { found: "a constructor type" }],
  [ts.SyntaxKind.ConditionalType, { found: "a conditional type" }],
  [ts.SyntaxKind.MappedType, { found: "a mapped type" }],
  [
    ts.SyntaxKind.IndexedAccessType,
    { found: "an indexed access type", hint: "name the type of the field" },
  ],
  [ts.SyntaxKind.TypeOperator, { found: "a type operator" }],
  [ts.SyntaxKind.TemplateLiteralType, { found: "a template literal type" }],
  [ts.SyntaxKind.TypePredicate, { found: "a type predicate" }],
  [ts.SyntaxKind.ThisType, { found: "the type `this`" }],
  [ts.SyntaxKind.ImportType, { found: "an `import()` type" }],
  [ts.SyntaxKind.InferType, { found: "an `infer` type" }],
  [ts.SyntaxKind.RestType, { found: "a rest element in a tuple type" }],
  [ts.SyntaxKind.OptionalType, { found: "an optional element in a tuple type" }],
  [ts.SyntaxKind.LiteralType, { found: "this literal type" }],
  [ts.SyntaxKind.MethodSignature, { found: "a method in a type" }],
  [ts.SyntaxKind.IndexSignature, { found: "an index signature" }],
  [ts.SyntaxKind.CallSignature, { found: "a call signature" }],
  [ts.SyntaxKind.ConstructSignature, { found: "a construct signature" }],
  [ts.SyntaxKind.GetAccessor, { found: "a getter in a type" }],
  [ts.SyntaxKind.SetAccessor, { found: "a setter in a type" }],
  [
    ts.SyntaxKind.ComputedPropertyName,
    { found: "a computed name in a type", hint: "write the name itself" },
  ],
]);
