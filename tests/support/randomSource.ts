import { Draw } from "./draw.js";

/** An expression that can be written in JavaScript and, but for `%`, as a math string. */
export interface Expression {
  readonly kind: "number" | "condition";
  /** How tightly it binds; 9 for what never needs parentheses. */
  readonly strength: number;
  readonly operands: readonly Expression[];
  write(operands: readonly string[], language: Language): string;
}

export type Language = "javascript" | "typescript" | "math";

export type Line =
  | { readonly kind: "value"; readonly head: string; readonly value: Expression }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: readonly Line[];
      readonly otherwise: readonly Line[];
    }
  | {
      readonly kind: "for";
      readonly variable: string;
      readonly count: number;
      readonly body: readonly Line[];
    };

export interface SourceFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: readonly Line[];
}

/** Functions of numbers, each of which may call those before it; the last one is the program. */
export interface SourceProgram {
  readonly functions: readonly SourceFunction[];
}

// Writing

export function writeProgram({ functions }: SourceProgram, language: Language): string {
  return functions.map((f, i) => writeFunction(f, i === functions.length - 1, language)).join("\n");
}

function writeFunction(f: SourceFunction, last: boolean, language: Language): string {
  if (language === "math")
    return `${f.name}(${f.parameters.join(", ")}) = {\n${writeLines(f.body, language).join("\n")}\n}\n`;
  const typed = language === "typescript";
  const parameters = f.parameters.map((name) => (typed ? `${name}: number` : name)).join(", ");
  const head = `${typed && last ? "export " : ""}function ${f.name}(${parameters})`;
  return `${head}${typed ? ": number" : ""} {\n${writeLines(f.body, language).join("\n")}\n}\n`;
}

function writeLines(lines: readonly Line[], language: Language): readonly string[] {
  const indented = (body: readonly Line[]) => writeLines(body, language).map((text) => `  ${text}`);
  return lines.flatMap((line): readonly string[] => {
    switch (line.kind) {
      case "value": {
        const head =
          language === "math" ? line.head.replace(/^(const|let|return) ?/, "") : line.head;
        const end = language === "math" ? "" : ";";
        return [`  ${head} ${writeExpression(line.value, language)}${end}`.trimEnd()];
      }
      case "for":
        return [
          `  for (let ${line.variable} = 0; ${line.variable} < ${line.count}; ${line.variable}++) {`,
          ...indented(line.body),
          "  }",
        ];
      case "if": {
        const otherwise = indented(line.otherwise);
        return [
          `  if (${writeExpression(line.condition, language)}) {`,
          ...indented(line.then),
          ...(otherwise.length > 0 ? ["  } else {", ...otherwise] : []),
          "  }",
        ];
      }
    }
  });
}

export function writeExpression(expression: Expression, language: Language): string {
  return expression.write(
    expression.operands.map((operand) => writeExpression(operand, language)),
    language,
  );
}

// Expressions

function atom(text: string): Expression {
  return { kind: "number", strength: 9, operands: [], write: () => text };
}

function call(callee: string, operands: readonly Expression[]): Expression {
  return {
    kind: "number",
    strength: 9,
    operands,
    write: (texts, language) => {
      const name = language === "math" ? callee.replace("Math.", "") : callee;
      return `${name}(${texts.join(", ")})`;
    },
  };
}

const mathNames: Readonly<Record<string, string>> = { "**": "^", "===": "==", "!==": "!=" };

function infix(
  operator: string,
  strength: number,
  a: Expression,
  b: Expression,
  kind: Expression["kind"] = "number",
): Expression {
  const rightFirst = operator === "**";
  const chained = kind === "number" || operator === "&&" || operator === "||";
  // JavaScript lets no sign stand before a power.
  const left = a.strength < strength || (a.strength === strength && (rightFirst || !chained));
  const right = b.strength < strength || (b.strength === strength && (!rightFirst || !chained));
  return {
    kind,
    strength,
    operands: [a, b],
    write: ([p = "", q = ""], language) => {
      const written = language === "math" ? (mathNames[operator] ?? operator) : operator;
      return `${left ? `(${p})` : p} ${written} ${right ? `(${q})` : q}`;
    },
  };
}

function prefix(operator: string, x: Expression, kind: Expression["kind"]): Expression {
  return {
    kind,
    strength: 7,
    operands: [x],
    write: ([p = ""]) => `${operator}${x.strength <= 8 || p.startsWith("-") ? `(${p})` : p}`,
  };
}

function choice(condition: Expression, a: Expression, b: Expression): Expression {
  return {
    kind: "number",
    strength: 0,
    operands: [condition, a, b],
    write: ([c = "", p = "", q = ""]) => `${c} ? ${p} : ${q}`,
  };
}

// Drawing

/** What can be read and written at a place of a function. */
interface Scope {
  readonly names: readonly string[];
  readonly variables: readonly string[];
  readonly functions: readonly SourceFunction[];
  readonly depth: number;
}

/** A random program of numbers; `straight` for one without statements that math strings lack. */
export function randomSource(seed: number, straight = false): SourceProgram {
  return new SourceWriter(new Draw(seed), straight).program();
}

class SourceWriter {
  readonly #draw: Draw;
  readonly #straight: boolean;
  #count = 0;

  constructor(draw: Draw, straight: boolean) {
    this.#draw = draw;
    this.#straight = straight;
  }

  program(): SourceProgram {
    const functions: SourceFunction[] = [];
    for (let i = this.#draw.below(3); i >= 0; i--) {
      const last = i === 0;
      const count = this.#draw.between(1, last ? 4 : 2);
      const parameters = ["x", "y", "z", "w"].slice(0, count);
      const scope = { names: parameters, variables: [], functions: [...functions], depth: 0 };
      const name = last ? "f" : `helper${i}`;
      functions.push({ name, parameters, body: this.#body(scope, last ? 8 : 3) });
    }
    return { functions };
  }

  /** Lines that end in a return on every way. */
  #body(given: Scope, most: number): readonly Line[] {
    const { lines, scope } = this.#lines(given, this.#draw.between(1, most));
    return [...lines, { kind: "value", head: "return", value: this.#number(scope, 3) }];
  }

  #lines(given: Scope, count: number): { lines: readonly Line[]; scope: Scope } {
    let scope = given;
    const lines: Line[] = [];
    for (let i = 0; i < count; i++) {
      const next = this.#line(scope);
      lines.push(next.line);
      scope = next.scope;
    }
    return { lines, scope };
  }

  #line(scope: Scope): { line: Line; scope: Scope } {
    const roll = this.#draw.below(10);
    const nested = scope.depth < 2 && !this.#straight;
    if (roll < 2 && nested) return { line: this.#if(scope), scope };
    if (roll < 3 && nested) return { line: this.#for(scope), scope };
    if (roll < 6 && scope.variables.length > 0) return { line: this.#assign(scope), scope };
    const name = `v${++this.#count}`;
    const mutable = this.#draw.chance(0.6);
    const line: Line = {
      kind: "value",
      head: `${mutable ? "let" : "const"} ${name} =`,
      value: this.#number(scope, 3),
    };
    const variables = mutable ? [...scope.variables, name] : scope.variables;
    return { line, scope: { ...scope, names: [...scope.names, name], variables } };
  }

  #assign(scope: Scope): Line {
    const operator = this.#draw.pick(["=", "+=", "-=", "*="]);
    const head = `${this.#draw.pick(scope.variables)} ${operator}`;
    return { kind: "value", head, value: this.#number(scope, 2) };
  }

  #if(scope: Scope): Line {
    const inner = { ...scope, depth: scope.depth + 1 };
    const block = (returns: boolean): readonly Line[] => {
      const { lines, scope: after } = this.#lines(inner, this.#draw.between(1, 3));
      const end: Line = { kind: "value", head: "return", value: this.#number(after, 2) };
      return returns ? [...lines, end] : lines;
    };
    const returns = this.#draw.chance(0.3);
    const otherwise = this.#draw.chance(0.5) ? block(false) : [];
    return { kind: "if", condition: this.#condition(scope, 2), then: block(returns), otherwise };
  }

  #for(scope: Scope): Line {
    const variable = `i${++this.#count}`;
    const inner = { ...scope, names: [...scope.names, variable], depth: scope.depth + 1 };
    const { lines } = this.#lines(inner, this.#draw.between(1, 2));
    return { kind: "for", variable, count: this.#draw.between(1, 3), body: lines };
  }

  #number(scope: Scope, depth: number): Expression {
    const draw = this.#draw;
    if (depth === 0 || draw.chance(0.15))
      return draw.chance(0.75) ? atom(draw.recent(scope.names)) : this.#literal();
    const one = () => this.#number(scope, depth - 1);
    return draw.pick<() => Expression>([
      () => infix("+", 5, one(), one()),
      () => infix("-", 5, one(), one()),
      () => infix("*", 6, one(), one()),
      () => infix("*", 6, one(), this.#literal()),
      () => infix("/", 6, one(), this.#positive(scope, depth)),
      () => infix("**", 8, call("Math.tanh", [one()]), atom(draw.pick(["2", "3"]))),
      () => infix("**", 8, this.#positive(scope, depth), atom(draw.pick(["0.5", "1.5", "-1"]))),
      () => prefix("-", one(), "number"),
      () => call(draw.pick(["Math.sin", "Math.cos", "Math.tanh", "Math.atan"]), [one()]),
      () => call("Math.exp", [call("Math.sin", [one()])]),
      () => call(draw.pick(["Math.log", "Math.sqrt"]), [this.#positive(scope, depth)]),
      () => call("Math.abs", [one()]),
      () => (this.#straight ? one() : call(draw.pick(["Math.max", "Math.min"]), [one(), one()])),
      () => choice(this.#condition(scope, 1), one(), one()),
      () => this.#guarded(scope, depth),
      () => this.#call(scope, depth),
    ])();
  }

  #literal(): Expression {
    return atom(this.#draw.pick(["2", "0.5", "3", "1.25", "0", "1", "0.1"]));
  }

  #positive(scope: Scope, depth: number): Expression {
    const x = this.#number(scope, depth - 1);
    return this.#draw.pick<() => Expression>([
      () => infix("+", 5, this.#draw.pick([atom("1"), atom("0.5")]), infix("*", 6, x, x)),
      () => infix("+", 5, atom("1.5"), call("Math.sin", [x])),
      () => call("Math.exp", [call("Math.tanh", [x])]),
    ])();
  }

  /** What is NaN or infinite where it is not chosen. */
  #guarded(scope: Scope, depth: number): Expression {
    const x = this.#number(scope, depth - 1);
    const danger = this.#draw.pick<() => Expression>([
      () => call("Math.sqrt", [x]),
      () => call("Math.log", [x]),
      () => infix("/", 6, this.#number(scope, depth - 1), x),
      () => infix("**", 8, call("Math.abs", [x]), atom("-0.5")),
      () => infix("*", 6, call("Math.log", [x]), this.#number(scope, depth - 1)),
    ])();
    const isFine = infix(">", 3, x, this.#draw.pick([atom("0"), atom("0.1")]), "condition");
    return choice(isFine, danger, this.#number(scope, depth - 1));
  }

  #call(scope: Scope, depth: number): Expression {
    if (scope.functions.length === 0) return atom(this.#draw.recent(scope.names));
    const { name, parameters } = this.#draw.pick(scope.functions);
    return call(
      name,
      parameters.map(() => this.#number(scope, depth - 1)),
    );
  }

  #condition(scope: Scope, depth: number): Expression {
    const draw = this.#draw;
    if (depth > 0 && draw.chance(0.3)) {
      const [a, b] = [this.#condition(scope, depth - 1), this.#condition(scope, depth - 1)];
      return draw.pick([
        infix("&&", 2, a, b, "condition"),
        infix("||", 1, a, b, "condition"),
        prefix("!", a, "condition"),
      ]);
    }
    const operator = draw.pick(["<", "<=", ">", ">="]);
    // TypeScript reads `a < (b > (c))` as a call with type arguments.
    const [a, b] = [this.#number(scope, 1), this.#number(scope, operator === "<" ? 0 : 1)];
    return infix(operator, 3, a, b, "condition");
  }
}
