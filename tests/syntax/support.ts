import { DiagnosticSink, type Diagnostic } from "../../compiler/diagnostic.js";
import { parseMath } from "../../compiler/syntax/math.js";
import type { Expression, Module, Statement } from "../../compiler/syntax/tree.js";
import { parseTypeScript } from "../../compiler/syntax/typescript.js";

export interface Parsed {
  readonly module: Module;
  readonly diagnostics: readonly Diagnostic[];
}

export function math(text: string): Parsed {
  const sink = new DiagnosticSink();
  const module = parseMath({ path: "<math>", text }, sink);
  return { module, diagnostics: sink.diagnostics };
}

export function typescript(text: string): Parsed {
  const sink = new DiagnosticSink();
  const module = parseTypeScript({ path: "model.ts", text }, sink);
  return { module, diagnostics: sink.diagnostics };
}

/** Code, underlined text and message of each diagnostic. */
export function found(text: string, { diagnostics }: Parsed): string[] {
  return diagnostics.map(
    ({ code, span, message }) => `${code} [${text.slice(span?.start, span?.end)}] ${message}`,
  );
}

/** An expression with all its brackets, so that a test sees how it was grouped. */
export function show(node: Expression): string {
  switch (node.kind) {
    case "number":
    case "boolean":
      return String(node.value);
    case "string":
      return JSON.stringify(node.value);
    case "name":
      return node.name;
    case "unary":
      return `(${node.operator}${show(node.operand)})`;
    case "binary":
      return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
    case "conditional":
      return `(${show(node.condition)} ? ${show(node.then)} : ${show(node.otherwise)})`;
    case "call": {
      const options = node.options.map(({ key, value }) => `${key}=${show(value)}`);
      const all = [...node.arguments.map(show), ...options];
      return `${show(node.callee)}(${all.join(", ")})`;
    }
    case "member":
      return `${show(node.object)}.${node.property}`;
    case "index":
      return `${show(node.object)}[${node.items.map(showItem).join(", ")}]`;
    case "array":
      return `[${node.elements.map(show).join(", ")}]`;
    case "object":
      return `{${node.fields.map(({ key, value }) => `${key}: ${show(value)}`).join(", ")}}`;
    case "arrow":
      return `(=> ${node.body.map(showStatement).join("; ")})`;
    case "new":
      return `new ${node.constructorName}(${node.arguments.map(show).join(", ")})`;
  }
}

type Item = Extract<Expression, { kind: "index" }>["items"][number];

function showItem(item: Item): string {
  switch (item.kind) {
    case "at":
      return show(item.index);
    case "ellipsis":
      return "...";
    case "newAxis":
      return "newaxis";
    case "slice":
      return [item.start, item.stop, item.step]
        .map((bound) => (bound === undefined ? "" : show(bound)))
        .join(":");
  }
}

type AnyPattern = Extract<Statement, { kind: "declare" }>["pattern"];

export function showPattern(pattern: AnyPattern): string {
  switch (pattern.kind) {
    case "name":
      return pattern.name;
    case "tuple":
      return `[${pattern.elements.map((one) => (one === null ? "" : showPattern(one))).join(", ")}]`;
    case "object":
      return `{${pattern.fields.map((one) => `${one.key}: ${showPattern(one.pattern)}`).join(", ")}}`;
  }
}

/** A statement on one line. */
export function showStatement(node: Statement): string {
  const block = (body: readonly Statement[]): string => `{ ${body.map(showStatement).join("; ")} }`;
  const value = (part: Expression | undefined): string =>
    part === undefined ? "" : ` ${show(part)}`;
  switch (node.kind) {
    case "declare": {
      const given = node.value === undefined ? "" : ` = ${show(node.value)}`;
      return `${node.mutable ? "let" : "const"} ${showPattern(node.pattern)}${given}`;
    }
    case "assign":
      return `${show(node.target)} ${node.operator ?? ""}= ${show(node.value)}`;
    case "if":
      return `if ${show(node.condition)} ${block(node.then)} else ${block(node.otherwise)}`;
    case "for":
      return `for (${node.init.map(showStatement).join(", ")};${value(node.condition)}; ${node.update.map(showStatement).join(", ")}) ${block(node.body)}`;
    case "forOf":
      return `for ${showPattern(node.pattern)} of ${show(node.iterable)} ${block(node.body)}`;
    case "while":
      return `while ${show(node.condition)} ${block(node.body)}`;
    case "doWhile":
      return `do ${block(node.body)} while ${show(node.condition)}`;
    case "block":
      return block(node.body);
    case "return":
      return `return${value(node.value)}`;
    case "expression":
      return show(node.value);
    default:
      return node.kind;
  }
}

/** Each function on a line: its name, parameters and statements. */
export function showFunctions({ functions }: Module): string[] {
  return functions.map(({ name, parameters, body }) => {
    const names = parameters.map(({ pattern }) => showPattern(pattern));
    return `${name}(${names.join(", ")}): ${body.map(showStatement).join("; ")}`;
  });
}
