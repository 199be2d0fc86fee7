import type { DiagnosticSink } from "../diagnostic.js";
import type { Op } from "../ir/op.js";
import { registry } from "../ops/index.js";
import type {
  ConstantDeclaration,
  FunctionDeclaration,
  Import,
  Module,
  TypeAlias,
} from "../syntax/tree.js";
import { didYouMean } from "./suggest.js";
import {
  makerNamed,
  MAKER_NAMES,
  TRANSFORM_NAMES,
  transformNamed,
  type MakerName,
  type TransformName,
} from "./values.js";

/** Types that `flatgrad` exports. */
export const TYPE_NAMES: ReadonlySet<string> = new Set(["Tensor", "Param", "Labels"]);

/** What a name at the top of a module stands for. */
export type Global =
  | {
      readonly kind: "function";
      readonly declaration: FunctionDeclaration;
      readonly module: Module;
    }
  | {
      readonly kind: "constant";
      readonly declaration: ConstantDeclaration;
      readonly module: Module;
    }
  | {
      readonly kind: "type";
      readonly declaration: TypeAlias;
      readonly module: Module;
    }
  | { readonly kind: "operation"; readonly op: Op }
  | { readonly kind: "transform"; readonly name: TransformName }
  | { readonly kind: "maker"; readonly name: MakerName }
  | { readonly kind: "flatgradType"; readonly name: string }
  | { readonly kind: "namespace"; readonly of: "flatgrad" | Module }
  /** An import that failed and was reported. */
  | { readonly kind: "failed" };

/** The operation users call by this name. */
export function operationNamed(name: string): Op | undefined {
  const op = registry.get(name);
  return op?.internal === true ? undefined : op;
}

/** Names of all operations users can call. */
export function operationNames(): string[] {
  return [...registry.values()].flatMap((op) => (op.internal === true ? [] : [op.name]));
}

/** The modules of a program and what their imports name. */
export class Program {
  /** For each function that was called, the elaborated functions it was called from, directly or not. */
  readonly callers = new Map<object, Set<object>>();
  readonly modules: ReadonlyMap<string, Module>;
  readonly sources: ReadonlyMap<string, string>;
  readonly #sink: DiagnosticSink;

  constructor(
    modules: ReadonlyMap<string, Module>,
    sources: ReadonlyMap<string, string>,
    sink: DiagnosticSink,
  ) {
    this.modules = modules;
    this.sources = sources;
    this.#sink = sink;
  }

  /** The value that a name at the top of a module stands for. */
  value(module: Module, name: string): Global | undefined {
    return (
      declaredValue(module, name) ??
      this.#imported(module, name, (other, key) => declaredValue(other, key))
    );
  }

  /** The type that a name at the top of a module stands for. */
  type(module: Module, name: string): Global | undefined {
    const dot = name.indexOf(".");
    if (dot >= 0) {
      const namespace = this.value(module, name.slice(0, dot));
      if (namespace?.kind !== "namespace") return undefined;
      const member = name.slice(dot + 1);
      return namespace.of === "flatgrad"
        ? flatgradType(member)
        : declaredType(namespace.of, member);
    }
    return (
      declaredType(module, name) ??
      this.#imported(module, name, (other, key) => declaredType(other, key))
    );
  }

  /** Names of values at the top of a module, for suggestions. */
  names(module: Module): string[] {
    return [
      ...module.functions.map(({ name }) => name),
      ...module.constants.map(({ name }) => name),
      ...module.imports.map(({ local }) => local),
    ];
  }

  #imported(
    module: Module,
    name: string,
    declared: (other: Module, name: string) => Global | undefined,
  ): Global | undefined {
    const found = module.imports.find(({ local }) => local === name);
    if (found === undefined) return undefined;
    if (found.from === "flatgrad") return this.#fromFlatgrad(found);
    const other = this.#resolve(module, found);
    if (other === undefined) return { kind: "failed" };
    if (found.imported === "*") return { kind: "namespace", of: other };
    // Types and values are looked up apart, but one of either kind will do here.
    const global =
      declared(other, found.imported) ??
      declaredValue(other, found.imported) ??
      declaredType(other, found.imported);
    if (global === undefined) return this.#missing(found, other);
    if (!isExported(global)) return this.#notExported(found, other);
    return global;
  }

  #fromFlatgrad(found: Import): Global {
    const { imported, span } = found;
    if (imported === "*") return { kind: "namespace", of: "flatgrad" };
    const op = operationNamed(imported);
    if (op !== undefined) return { kind: "operation", op };
    const transform = transformNamed(imported);
    if (transform !== undefined) return { kind: "transform", name: transform };
    const maker = makerNamed(imported);
    if (maker !== undefined) return { kind: "maker", name: maker };
    const type = flatgradType(imported);
    if (type !== undefined) return type;
    this.#sink.error("FG211", `"flatgrad" has no export \`${imported}\``, span, {
      accepted: "its operations (`flatgrad ops` lists them) and the types Tensor, Param and Labels",
      hint: didYouMean(imported, [
        ...operationNames(),
        ...TRANSFORM_NAMES,
        ...MAKER_NAMES,
        ...TYPE_NAMES,
      ]),
    });
    return { kind: "failed" };
  }

  #resolve(module: Module, { from, span }: Import): Module | undefined {
    if (!from.startsWith("./") && !from.startsWith("../")) {
      this.#sink.error("FG211", `the module "${from}" is not part of the program`, span, {
        accepted: '"flatgrad", and files of the program by a relative path',
        hint: "a model can only use functions whose source is compiled with it",
      });
      return undefined;
    }
    const base = joinPath(module.path, from);
    const found = candidates(base).find((path) => this.modules.has(path));
    if (found !== undefined) return this.modules.get(found);
    this.#sink.error("FG211", `there is no file for the module "${from}"`, span, {
      accepted: `one of ${candidates(base).join(", ")}`,
      hint: didYouMean(base, this.modules.keys()),
    });
    return undefined;
  }

  #missing({ imported, from, span }: Import, other: Module): Global {
    this.#sink.error("FG211", `"${from}" has no export \`${imported}\``, span, {
      hint: didYouMean(imported, [
        ...other.functions.map(({ name }) => name),
        ...other.constants.map(({ name }) => name),
        ...other.types.map(({ name }) => name),
      ]),
    });
    return { kind: "failed" };
  }

  #notExported({ imported, from, span }: Import, other: Module): Global {
    this.#sink.error("FG211", `"${from}" does not export \`${imported}\``, span, {
      hint: `write \`export\` before it in ${other.path}`,
    });
    return { kind: "failed" };
  }
}

function declaredValue(module: Module, name: string): Global | undefined {
  const fn = module.functions.find((one) => one.name === name);
  if (fn !== undefined) return { kind: "function", declaration: fn, module };
  const constant = module.constants.find((one) => one.name === name);
  return constant === undefined ? undefined : { kind: "constant", declaration: constant, module };
}

function declaredType(module: Module, name: string): Global | undefined {
  const alias = module.types.find((one) => one.name === name);
  return alias === undefined ? undefined : { kind: "type", declaration: alias, module };
}

function flatgradType(name: string): Global | undefined {
  return TYPE_NAMES.has(name) ? { kind: "flatgradType", name } : undefined;
}

function isExported(global: Global): boolean {
  return global.kind === "function" || global.kind === "constant"
    ? global.declaration.exported
    : true;
}

/** A path relative to a file, folded: `models/net.ts` and `../layers.js` give `layers.js`. */
function joinPath(file: string, relative: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "." || part === "") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** What an import may stand for: sources are `.ts` files imported under the name of their output. */
function candidates(path: string): string[] {
  if (/\.[mc]?ts$/.test(path)) return [path];
  if (/\.[mc]?js$/.test(path)) return [path.replace(/js$/, "ts"), path];
  return [path, `${path}.ts`, `${path}/index.ts`];
}
