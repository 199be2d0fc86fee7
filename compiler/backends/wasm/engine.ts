import type { ModelFunction } from "../../elaborate/function.js";
import type { Buffer, Program } from "../../schedule/program.js";
import type { BodyRequest, Engine } from "../typescript/module.js";
import { capitalised } from "../typescript/names.js";
import type { MemoryPlan, WorkOptions } from "../typescript/workObject.js";
import type { Assembler } from "./assemble.js";
import { base64 } from "./base64.js";
import { driverLines } from "./driver.js";
import { ModuleWriter } from "./moduleWriter.js";
import { stageProgram, type StagedProgram } from "./stages.js";
import { inputViews, planMemory, tapeFields, type InputView } from "./work.js";
import { printCode, printDeclarations, printFunctions, printMembers } from "./workText.js";

/** What is made of one function of tensors: a module with the stages of its programs. */
export interface Unit {
  readonly model: ModelFunction;
  readonly staged: readonly {
    readonly kind: "forward" | "gradient";
    readonly program: StagedProgram;
  }[];
  readonly hosts: readonly string[];
  /** The module in base64. */
  readonly code: string;
  /** The same with relaxed instructions; null where they are not wanted or would not be used. */
  readonly relaxed: string | null;
  /** Variables of all its programs that lie in memory; programs run one at a time, and share. */
  readonly cells: number;
  readonly scratch: number;
  readonly views: ReadonlyMap<string, InputView>;
  /** Tapes of both programs, each with its field in `room`. */
  readonly tapes: ReadonlyMap<Buffer, string>;
}

/** Runs functions of tensors as stages in WebAssembly. */
export class WasmEngine implements Engine {
  readonly #assemble: Assembler;
  readonly #relaxed: boolean;
  readonly #fuses: boolean;
  readonly #units = new Map<Program, Unit>();

  /**
   * @param relaxed also build with relaxed multiply-add, for engines that have it
   * @param fuses do elementwise work right after a matrix product inside its kernel
   */
  constructor(assemble: Assembler, { relaxed, fuses }: { relaxed: boolean; fuses: boolean }) {
    this.#assemble = assemble;
    this.#relaxed = relaxed;
    this.#fuses = fuses;
  }

  names({ name }: ModelFunction): readonly string[] {
    const prefix = capitalised(name);
    const functions = [`create${prefix}WorkAsync`, `lengthen${prefix}Tapes`];
    return [`${prefix}Stages`, `${name}Code`, ...functions];
  }

  declarations(options: WorkOptions): readonly string[] {
    return printDeclarations(this.#unitOf(options), options);
  }

  functions(options: WorkOptions): readonly string[] {
    return printFunctions(this.#unitOf(options), options);
  }

  memory(options: WorkOptions): MemoryPlan {
    return planMemory(this.#unitOf(options), options);
  }

  members(options: WorkOptions): readonly string[] {
    return printMembers(this.#unitOf(options), options);
  }

  body(request: BodyRequest): readonly string[] {
    const unit = this.#units.get(request.program);
    const staged = unit?.staged.find(({ kind }) => kind === request.kind);
    if (unit === undefined || staged === undefined)
      throw new Error("a program that was not staged");
    return driverLines(staged.program, unit, request);
  }

  footer(): readonly (readonly string[])[] {
    return [...new Set(this.#units.values())].map(printCode);
  }

  #unitOf({ model, programs }: WorkOptions): Unit {
    const known = this.#units.get(programs.forward);
    if (known !== undefined) return known;
    const unit = this.#build(model, programs);
    this.#units.set(programs.forward, unit);
    this.#units.set(programs.gradient, unit);
    return unit;
  }

  #stage(program: Program, prefix: string, module: ModuleWriter): StagedProgram {
    return stageProgram(program, prefix, module, this.#fuses);
  }

  #build(model: ModelFunction, options: WorkOptions["programs"]): Unit {
    const { forward, gradient } = options;
    const module = new ModuleWriter();
    const staged = [
      { kind: "forward" as const, program: this.#stage(forward, model.name, module) },
      { kind: "gradient" as const, program: this.#stage(gradient, `${model.name}Grad`, module) },
    ];
    const text = module.text();
    const programs = staged.map(({ program }) => program);
    return {
      model,
      staged,
      hosts: module.hosts,
      code: base64(this.#assemble(text)),
      relaxed:
        this.#relaxed && module.hasKernels ? base64(this.#assemble(module.text(true))) : null,
      cells: Math.max(...programs.map(({ cells, tapes }) => cells.size + tapes.size)),
      scratch: Math.max(...programs.map(({ scratch }) => scratch)),
      views: inputViews({ model, programs: options }),
      tapes: tapeFields(programs),
    };
  }
}
