import type { Dim } from "../../ir/dim.js";
import { add, i32, multiply, type Wat } from "./wat.js";

/** A dimension as an i32 expression over its named sizes. */
export function dimWat(dim: Dim, size: (name: string) => Wat): Wat {
  if (typeof dim === "number") return i32(dim);
  return new DimReader(dim, size).read();
}

/** Reads the canonical text of a dimension: sums of products of numbers, names and floors. */
class DimReader {
  readonly #tokens: readonly string[];
  readonly #size: (name: string) => Wat;
  #at = 0;

  constructor(text: string, size: (name: string) => Wat) {
    this.#tokens = text.match(/\d+|[A-Za-z_$][\w$]*|[-+*()/]/g) ?? [];
    this.#size = size;
  }

  read(): Wat {
    return this.#sum();
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #sum(): Wat {
    let left = this.#accept("-") ? multiply(i32(-1), this.#product()) : this.#product();
    for (;;) {
      if (this.#accept("+")) left = add(left, this.#product());
      else if (this.#accept("-")) left = `(i32.sub ${left} ${this.#product()})`;
      else return left;
    }
  }

  #product(): Wat {
    let left = this.#atom();
    while (this.#accept("*")) left = multiply(left, this.#atom());
    return left;
  }

  #atom(): Wat {
    const token = this.#tokens[this.#at++] ?? "";
    if (token === "(") {
      const inner = this.#sum();
      this.#accept(")");
      return inner;
    }
    if (token === "floor" && this.#accept("(")) return this.#floor();
    return /^\d/.test(token) ? i32(Number(token)) : this.#size(token);
  }

  /** In f64, whose floor is right below 0 too. */
  #floor(): Wat {
    const numerator = this.#sum();
    this.#accept("/");
    const divisor = this.#tokens[this.#at++] ?? "1";
    this.#accept(")");
    const quotient = `(f64.div (f64.convert_i32_s ${numerator}) (f64.const ${divisor}))`;
    return `(i32.trunc_sat_f64_s (f64.floor ${quotient}))`;
  }
}
