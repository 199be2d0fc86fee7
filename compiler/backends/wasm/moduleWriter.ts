import type { Buffer } from "../../schedule/program.js";
import type { Dim } from "../../ir/dim.js";
import { operandNames, type Epilogue } from "./kernels/epilogue.js";
import type { MatmulKernel } from "./kernels/kernel.js";
import { matmulKernels, matmulScratchBytes } from "./kernels/matmul.js";
import { collectingScope } from "./math/collectingScope.js";
import type { NativeKernel } from "./nativeKernels.js";
import { ownFunction } from "./ownFunctions.js";
import type { Wat } from "./wat.js";

/** A statement that the host runs when the module asks for it: a runtime function over whole buffers. */
export interface HostCall {
  readonly callee: string;
  readonly arguments: readonly (Buffer | HostArgument)[];
}

export type HostArgument =
  | { readonly kind: "dim"; readonly value: Dim }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "text"; readonly value: string }
  /** What the module passes. */
  | { readonly kind: "passed" };

/** What the stages of a generated file share: one module, its imports and its kernels. */
export class ModuleWriter {
  readonly #functions: Wat[] = [];
  readonly #own = new Set<Wat>();
  readonly #hosts = new Map<string, number>();
  readonly #calls = new Map<string, boolean>();
  readonly #kernels = new Map<string, MatmulKernel>();
  readonly #epilogues = new Map<string, number>();
  readonly #natives = new Map<string, NativeKernel["functions"][number]>();

  /** A function of numbers, of the host unless the module has it itself: `Math.sin`, `erf`. */
  host(callee: string, arity: number): string {
    const own = ownFunction(callee);
    if (own === null) this.#hosts.set(callee, arity);
    else this.#own.add(own);
    return hostName(callee);
  }

  /** Callees of the host, sorted. */
  get hosts(): readonly string[] {
    return [...this.#hosts.keys()].toSorted();
  }

  /** Imports a call back into the host. */
  call(name: string, passes: boolean): string {
    this.#calls.set(name, passes);
    return name;
  }

  /** The name of a kernel's function; ends that do the same share one. */
  kernel(kernel: Omit<MatmulKernel, "name">): string {
    const { dtype, transposeA, transposeB, accumulate, epilogue } = kernel;
    const letters = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;
    const plain = `matmul${letters}_${dtype}${accumulate ? "_add" : ""}`;
    const name = epilogue === undefined ? plain : `${plain}_${this.#numberOf(epilogue)}`;
    if (!this.#kernels.has(name)) this.#kernels.set(name, { ...kernel, name });
    return name;
  }

  #numberOf(epilogue: Epilogue): number {
    const code = epilogue.finish("sum", operandNames(epilogue), collectingScope());
    const text = JSON.stringify([epilogue.operands, code]);
    const number = this.#epilogues.get(text) ?? this.#epilogues.size + 1;
    this.#epilogues.set(text, number);
    return number;
  }

  /** Takes in the functions of a kernel and those they call. */
  native({ functions, products }: NativeKernel): void {
    for (const product of products) this.kernel(product);
    for (const own of functions) this.#natives.set(own.name, own);
  }

  /** True where relaxed instructions would be used. */
  get hasKernels(): boolean {
    return this.#kernels.size > 0;
  }

  /** Bytes a kernel works in besides its operands. */
  scratch(name: string, sizes: readonly [rows: Dim, columns: Dim, inner: Dim]): number {
    const kernel = this.#kernels.get(name);
    if (kernel === undefined) throw new Error(`no kernel ${name}`);
    const [rows = null, columns = null, inner = null] = sizes.map((dim) =>
      typeof dim === "number" ? dim : null,
    );
    return matmulScratchBytes(kernel, { rows, columns, inner });
  }

  add(text: Wat): void {
    this.#functions.push(text);
  }

  text(relaxed = false): Wat {
    const hosts = this.hosts.map((callee) => {
      const numbers = Array.from({ length: this.#hosts.get(callee) ?? 0 }, () => "f64").join(" ");
      const name = hostName(callee);
      return `(import "host" "${name}" (func $${name} (param ${numbers}) (result f64)))`;
    });
    const calls = [...this.#calls].map(
      ([name, passes]) =>
        `(import "calls" "${name}" (func $${name}${passes ? " (param f64)" : ""}))`,
    );
    const kernels = [...this.#kernels.values()];
    return [
      "(module",
      '(import "host" "memory" (memory 1))',
      ...hosts,
      ...calls,
      ...(kernels.length === 0 ? [] : [matmulKernels(kernels, { relaxed })]),
      ...[...this.#natives.values()].map((own) => own.text({ relaxed })),
      ...this.#own,
      ...this.#functions,
      ")",
    ].join("\n");
  }
}

/** `Math.sin` is imported as `sin`. */
export function hostName(callee: string): string {
  return callee.replace("Math.", "");
}
