import type { Span } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { Module } from "../syntax/tree.js";
import { isName } from "../ir/name.js";
import type { Assumption } from "./loopBounds.js";
import type { TensorType } from "../ir/type.js";
import type { Value } from "./values.js";

/** A declared name. Its value is in the store, so that branches can have stores of their own. */
export interface Variable {
  readonly name: string;
  readonly mutable: boolean;
  readonly span: Span;
  /** Read only where it is known to be set, so that paths which leave it unset do not matter. */
  readonly lenient?: boolean | undefined;
}

/** An array that is written element by element; its contents are in the store. */
export interface ArrayCell extends Variable {
  /** The first name it is given; empty until then. */
  name: string;
  readonly type: TensorType;
  /** The conditions that the program was under where it was made. */
  readonly guards: readonly Assumption[];
}

/** The values of all variables at one point of the program. */
export type Store = Map<Variable, Value>;

/** What all scopes of one call have in common. */
export interface Frame {
  readonly module: Module;
  /** Named sizes of the function's parameters, as its caller knows them. */
  readonly sizes: Map<string, Dim>;
}

/** The names of one block. */
export class Scope {
  readonly frame: Frame;
  readonly parent: Scope | undefined;
  readonly #variables = new Map<string, Variable>();

  constructor(frame: Frame, parent?: Scope) {
    this.frame = frame;
    this.parent = parent;
  }

  inner(): Scope {
    return new Scope(this.frame, this);
  }

  /** The variable declared in this very block. */
  own(name: string): Variable | undefined {
    return this.#variables.get(name);
  }

  /** Declares a variable; a `key` that no author can write keeps it from being read by its name. */
  declare(variable: Variable, key = variable.name): void {
    this.#variables.set(key, variable);
  }

  find(name: string): Variable | undefined {
    return this.own(name) ?? this.parent?.find(name);
  }

  /** All names that can be read here. */
  names(): string[] {
    const names = [...this.#variables.keys()].filter(isName);
    return this.parent === undefined ? names : [...names, ...this.parent.names()];
  }
}
