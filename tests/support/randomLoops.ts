import { Draw } from "./draw.js";

/**
 * Random programs with loops: over elements, up and down, triangular, with
 * data-dependent ends, breaks and early returns; with local arrays that are
 * written while they are read. As lines of text, which shrink by leaving out.
 */
export interface Block {
  /** `for (…)`, `if (…)`, …; null for a plain line. */
  readonly head: string | null;
  /** The line, or what stands after the block (`while (…);`). */
  readonly text: string;
  readonly body: readonly Block[];
}

/** What an expression may read at some place. */
interface Scope {
  readonly scalars: readonly string[];
  /** Scalars that may be assigned. */
  readonly variables: readonly string[];
  readonly arrays: readonly string[];
  /** Index expressions that are in range for all arrays. */
  readonly positions: readonly string[];
  readonly indices: readonly string[];
  readonly depth: number;
  readonly inLoop: boolean;
}

class Writer {
  readonly #draw: Draw;
  #names = 0;

  constructor(seed: number) {
    this.#draw = new Draw(seed);
  }

  program(): readonly Block[] {
    const draw = this.#draw;
    const scope: Scope = {
      scalars: ["w", "s"],
      variables: ["s"],
      arrays: ["x"],
      positions: [],
      indices: [],
      depth: 0,
      inLoop: false,
    };
    const first = this.#expression({ ...scope, scalars: ["w"] }, 1);
    const head = [line(`let s = ${first};`)];
    const hasArray = draw.chance(0.6);
    if (hasArray) head.push(line("const y = new Float64Array(x.length);"));
    const arrays = hasArray ? ["x", "y"] : ["x"];
    const body = this.#statements({ ...scope, arrays }, draw.between(1, 3));
    const total = hasArray
      ? [block("for (let i = 0; i < x.length; i++)", [line("s += y[i] * Math.cos(i + w);")])]
      : [];
    return [...head, ...body, ...total, line("return s;")];
  }

  #fresh(prefix: string): string {
    return `${prefix}${++this.#names}`;
  }

  #statements(scope: Scope, count: number): readonly Block[] {
    const list: Block[] = [];
    let current = scope;
    for (let i = 0; i < count; i++) {
      const { blocks, after } = this.#statement(current);
      list.push(...blocks);
      current = after;
    }
    return list;
  }

  #statement(scope: Scope): { readonly blocks: readonly Block[]; readonly after: Scope } {
    const draw = this.#draw;
    const kind = draw.below(12);
    const only = (...blocks: Block[]) => ({ blocks, after: scope });
    if (kind < (scope.depth === 0 ? 8 : 4) && scope.depth < 3) return only(...this.#loop(scope));
    if (kind < 5) return only(...this.#branch(scope));
    if (kind < 6) {
      const name = this.#fresh(draw.chance(0.2) ? "dx" : "t");
      const scalars = [...scope.scalars, name];
      const constant = draw.chance(0.5);
      const variables = constant ? scope.variables : [...scope.variables, name];
      const text = `${constant ? "const" : "let"} ${name} = ${this.#expression(scope, 2)};`;
      return { blocks: [line(text)], after: { ...scope, scalars, variables } };
    }
    if (kind < 8 && scope.arrays.includes("y") && scope.positions.length > 0) {
      const operator = draw.pick(["=", "+=", "="]);
      return only(line(`y[${draw.pick(scope.positions)}] ${operator} ${this.#bounded(scope)};`));
    }
    if (kind === 8 && scope.inLoop) return only(...this.#exit(scope));
    const name = draw.pick(scope.variables);
    const sum = draw.chance(0.5);
    return only(line(`${name} ${sum ? "+=" : "="} ${this.#bounded(scope)};`));
  }

  #exit(scope: Scope): readonly Block[] {
    const what = this.#draw.pick(["break;", "continue;", `return ${this.#expression(scope, 1)};`]);
    return [block(`if (${this.#condition(scope)})`, [line(what)])];
  }

  #branch(scope: Scope): readonly Block[] {
    const inner = { ...scope, depth: scope.depth + 1 };
    const then = block(
      `if (${this.#condition(scope)})`,
      this.#statements(inner, this.#draw.between(1, 2)),
    );
    if (this.#draw.chance(0.5)) return [then];
    return [then, block("else", this.#statements(inner, 1))];
  }

  #loop(scope: Scope): readonly Block[] {
    const draw = this.#draw;
    const inner: Scope = { ...scope, depth: scope.depth + 1, inLoop: true };
    const statements = (own: Scope) => this.#statements(own, draw.between(1, 3));
    const kind = draw.below(8);
    const index = this.#fresh("i");
    const counted = (head: string, positions: readonly string[]) => [
      block(
        head,
        statements({
          ...inner,
          positions: [...scope.positions, ...positions],
          indices: [...scope.indices, index],
        }),
      ),
    ];
    const upper = scope.indices.at(-1);
    if (kind === 0)
      return counted(`for (let ${index} = 1; ${index} < x.length; ${index}++)`, [
        index,
        `${index} - 1`,
      ]);
    if (kind === 1)
      return counted(`for (let ${index} = x.length - 1; ${index} >= 0; ${index}--)`, [index]);
    if (kind === 2)
      return counted(`for (let ${index} = 0; ${index} < x.length - 1; ${index} += 2)`, [
        index,
        `${index} + 1`,
      ]);
    if (kind === 3 && upper !== undefined && scope.positions.includes(upper))
      return counted(`for (let ${index} = 0; ${index} <= ${upper}; ${index}++)`, [index]);
    if (kind === 4) {
      const element = this.#fresh("v");
      const scalars = [...scope.scalars, element];
      return [block(`for (const ${element} of x)`, statements({ ...inner, scalars }))];
    }
    if (kind === 5) {
      const count = this.#fresh("k");
      const test = `${count} < ${draw.between(1, 4)} && ${this.#condition(scope)}`;
      // Counted first, so that `continue` does not go on for ever.
      const body = [line(`${count} += 1;`), ...statements(inner)];
      const start = line(`let ${count} = 0;`);
      return draw.chance(0.3)
        ? [start, { head: "do", text: `while (${test});`, body }]
        : [start, block(`while (${test})`, body)];
    }
    return counted(`for (let ${index} = 0; ${index} < x.length; ${index}++)`, [index]);
  }

  #condition(scope: Scope): string {
    const compare = this.#draw.pick(["<", ">", "<=", ">="]);
    return `${this.#expression(scope, 1)} ${compare} ${this.#expression(scope, 1)}`;
  }

  /** Keeps values of ordinary size through many iterations. */
  #bounded(scope: Scope): string {
    const inner = this.#expression(scope, 3);
    return this.#draw.chance(0.7) ? `Math.tanh(${inner})` : `0.3 * (${inner})`;
  }

  #expression(scope: Scope, depth: number): string {
    const draw = this.#draw;
    if (depth === 0 || draw.chance(0.2)) return this.#operand(scope);
    const [a, b] = [this.#expression(scope, depth - 1), this.#expression(scope, depth - 1)];
    switch (draw.below(8)) {
      case 0:
        return `(${a} + ${b})`;
      case 1:
        return `(${a} - ${b})`;
      case 2:
        return `Math.sin(${a})`;
      case 3:
        return `Math.exp(0.2 * ${a})`;
      case 4:
        return `(${a} / (1.5 + (${b}) ** 2))`;
      case 5:
        return `Math.sqrt(1 + (${a}) ** 2)`;
      default:
        return `(${a} * ${b})`;
    }
  }

  #operand(scope: Scope): string {
    const draw = this.#draw;
    if (scope.positions.length > 0 && draw.chance(0.5))
      return `${draw.pick(scope.arrays)}[${draw.recent(scope.positions)}]`;
    if (draw.chance(0.2)) return String(draw.number());
    if (scope.indices.length > 0 && draw.chance(0.1)) return draw.pick(scope.indices);
    return draw.recent(scope.scalars);
  }
}

const line = (text: string): Block => ({ head: null, text, body: [] });
const block = (head: string, body: readonly Block[]): Block => ({ head, text: "", body });

export function randomLoops(seed: number): readonly Block[] {
  return new Writer(seed).program();
}

/** The program as a function `f(x, w)`, with types or without. */
export function writeLoops(program: readonly Block[], typed: boolean): string {
  const head = typed
    ? `import type { Tensor } from "flatgrad";\nexport function f(x: Tensor<["N"], "f64">, w: number): number {`
    : "function f(x, w) {";
  return `${head}\n${lines(program, "  ").join("\n")}\n}\n`;
}

function lines(blocks: readonly Block[], indent: string): readonly string[] {
  return blocks.flatMap(({ head, text, body }) =>
    head === null
      ? [indent + text]
      : [`${indent}${head} {`, ...lines(body, `${indent}  `), `${indent}} ${text}`.trimEnd()],
  );
}

/** Programs with a line less, or with a block replaced by what is in it. */
export function* smallerLoops(blocks: readonly Block[]): Generator<readonly Block[]> {
  for (const [i, one] of blocks.entries()) {
    yield blocks.toSpliced(i, 1);
    if (one.head === null) continue;
    yield blocks.toSpliced(i, 1, ...one.body);
    for (const body of smallerLoops(one.body)) yield blocks.with(i, { ...one, body });
  }
}
