/**
 * WebAssembly for generated modules. The types say no more than is used, since
 * a program's own need not know of WebAssembly at all.
 */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly compile: (bytes: Uint8Array) => Promise<object>;
  readonly validate: (bytes: Uint8Array) => boolean;
}

/** Memory of a module: arrays lie in it as views. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** An array of a memory. */
export interface WasmView extends ArrayLike<number> {
  set(from: ArrayLike<number>): void;
}

/** A module as text, compiled when it is first needed and then kept. */
export interface WasmCode {
  readonly base64: string;
  /** The same with relaxed instructions, for engines that have them. */
  readonly relaxed: string | undefined;
  module: object | undefined;
}

/** Functions of the host, or numbers, that a module imports. */
export type WasmImports = Readonly<Record<string, (...given: number[]) => unknown>>;

function webAssembly(): WebAssemblyHost {
  const host = globalThis as { readonly WebAssembly?: WebAssemblyHost };
  if (host.WebAssembly === undefined) throw new TypeError("there is no WebAssembly here");
  return host.WebAssembly;
}

/** A module from its bytes in base64, and from those it may have instead where the engine takes them. */
export function wasmCode(base64: string, relaxed?: string): WasmCode {
  return { base64, relaxed, module: undefined };
}

/** Memory of at least so many bytes, all 0. */
export function wasmMemory(bytes: number): WasmMemory {
  const { Memory } = webAssembly();
  return new Memory({ initial: Math.max(1, Math.ceil(bytes / 65536)) });
}

/**
 * The functions of a module over a memory. The module is compiled if it is
 * not yet; where that may not be done at once, call {@link wasmCompile} first.
 */
export function wasmStages(
  code: WasmCode,
  memory: WasmMemory,
  host: WasmImports,
  calls: WasmImports,
): object {
  const { Module, Instance } = webAssembly();
  code.module ??= new Module(bytesFor(code));
  return new Instance(code.module, { host: { memory, ...host }, calls }).exports;
}

/** Compiles a module without holding up the thread. */
export function wasmCompile(code: WasmCode): Promise<void> {
  if (code.module !== undefined) return Promise.resolve();
  return webAssembly()
    .compile(bytesFor(code))
    .then((module) => {
      code.module = module;
    });
}

/** Copies an argument to its place in a memory, if it does not lie there already. */
export function wasmCopy(to: WasmView, from: ArrayLike<number>): void {
  if (to !== from) to.set(from);
}

/** For how many entries a tape should have room that had too little, or nearly, for what it has now. */
export function wasmRoom(room: number, length: number): number {
  return 2 * length > room ? Math.max(2 * room, length) : room;
}

/** A–Z, a–z, 0–9, + and / stand for 0 to 63. */
function valueOf(code: number): number {
  if (code >= 97) return code - 71;
  if (code >= 65) return code - 65;
  if (code >= 48) return code + 4;
  return code === 43 ? 62 : 63;
}

function bytesFor({ base64, relaxed }: WasmCode): Uint8Array {
  const wanted = relaxed === undefined ? undefined : bytesOf(relaxed);
  return wanted !== undefined && webAssembly().validate(wanted) ? wanted : bytesOf(base64);
}

function bytesOf(base64: string): Uint8Array {
  const text = base64.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    bits = ((bits << 6) | valueOf(text.charCodeAt(i))) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  return bytes;
}
