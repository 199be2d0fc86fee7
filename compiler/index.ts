/** The compiler as a library: no file system, no Node; files are handed in. */
export {
  compile,
  type CompileOptions,
  type CompileResult,
  type Source,
  type Target,
} from "./pipeline.js";
export type { Assembler } from "./backends/wasm/assemble.js";
export type { CompiledFunction } from "./backends/typescript/module.js";
export {
  CompileError,
  type Diagnostic,
  type DiagnosticCode,
  type Severity,
  type Span,
} from "./diagnostic.js";
export { explain } from "./catalogue.js";
export { renderDiagnostic } from "./frame.js";
export { conventions } from "./conventions.js";
export { registry } from "./ops/index.js";
export { printGraph } from "./ir/print.js";
export { version } from "./version.js";
