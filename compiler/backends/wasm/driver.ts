import type { Buffer, Local, Program } from "../../schedule/program.js";
import { callLines } from "../typescript/layout.js";
import type { BodyRequest } from "../typescript/module.js";
import { dimCode, expressionText, type ExpressionContext } from "../typescript/expression.js";
import { visitScalars } from "../../schedule/tidy.js";
import { printWidth } from "../typescript/width.js";
import type { Unit } from "./engine.js";
import type { HostCall } from "./moduleWriter.js";
import type { StagedProgram, Step } from "./stages.js";
import type { StageParameter } from "./stageWriter.js";
import { lengthenName, plainArgument } from "./workText.js";
import { inputName } from "./work.js";

/** The statements of a function that runs a program stage by stage. */
export function driverLines(
  staged: StagedProgram,
  unit: Unit,
  request: BodyRequest,
): readonly string[] {
  return new Driver(staged, unit, request).print();
}

class Driver {
  readonly #staged: StagedProgram;
  readonly #unit: Unit;
  readonly #request: BodyRequest;
  readonly #at: string;
  readonly #stages: string;

  constructor(staged: StagedProgram, unit: Unit, request: BodyRequest) {
    this.#staged = staged;
    this.#unit = unit;
    this.#request = request;
    this.#at = request.names.fresh("at");
    this.#stages = request.names.fresh("stages");
  }

  print(): readonly string[] {
    const { steps } = this.#staged;
    const hasStages = steps.some(({ does }) => does.kind === "stage");
    const own = (name: string, of: string) => (name === of ? `{ ${of} }` : `{ ${of}: ${name} }`);
    return [
      ...this.#copies(),
      ...(hasStages
        ? [
            `  const ${own(this.#stages, "stages")} = work;`,
            `  const ${this.#at} = work.at.${this.#request.kind};`,
            ...(this.#request.headings ? [] : [""]),
          ]
        : []),
      ...this.#stepLines(),
      ...this.#results(),
    ];
  }

  // Inputs

  /** Arguments that stages read, copied to their places unless they lie there. */
  #copies(): readonly string[] {
    const { program } = this.#staged;
    return program.inputPlaces.flatMap((place, i) => {
      const node = program.inputs[i];
      if (place.kind !== "buffer" || node === undefined || !this.#isRead(place)) return [];
      const name = this.#nameOf(place);
      return callLines(
        this.#request.context.runtime("wasmCopy"),
        [`work.views.${this.#unit.views.get(inputName(node))?.field}`, name],
        "  ",
      );
    });
  }

  #isRead(buffer: Buffer): boolean {
    const { steps, calls } = this.#staged;
    return (
      steps.some(
        ({ does }) =>
          does.kind === "stage" &&
          does.parameters.some(
            ({ argument }) => argument.kind === "buffer" && argument.buffer === buffer,
          ),
      ) || calls.some(({ call }) => call.arguments.includes(buffer))
    );
  }

  // Steps

  #stepLines(): readonly string[] {
    let phase: Step["phase"] | null = null;
    let heading = "";
    return this.#staged.steps.flatMap((step) => {
      const lines: string[] = [];
      const isCheck = step.does.kind !== "stage" && step.quotes.length === 0 && phase === null;
      if (this.#request.headings && step.phase !== phase && !isCheck) {
        lines.push("", step.phase === "forward" ? "  // forward" : "  // backward of");
        phase = step.phase;
        heading = "";
      }
      const quotes = step.quotes.map((quote) => `  // ${quote}`);
      if (quotes.join("\n") !== heading) lines.push(...quotes);
      heading = quotes.join("\n");
      return [...lines, ...this.#does(step.does)];
    });
  }

  #does(does: Step["does"]): readonly string[] {
    switch (does.kind) {
      case "stage":
        return this.#stage(does);
      case "call": {
        const { callee } = does.call;
        return [
          ...(callee === "checkIndices" ? [] : ["  // in JavaScript, over the same memory:"]),
          ...callLines(
            this.#request.context.runtime(callee),
            does.call.arguments.map((part) => this.#hostArgument(part)),
            "  ",
          ),
        ];
      }
      case "check": {
        const path = String(does.of.attrs["name"] ?? does.of.name ?? "index");
        const value = expressionText(does.value, this.#context());
        return callLines(
          this.#request.context.runtime("checkIndex"),
          [JSON.stringify(path), value, dimCode(does.size).text],
          "  ",
        );
      }
    }
  }

  #stage({ name, parameters, fillsTapes }: Extract<Step["does"], { kind: "stage" }>) {
    const callee = `${this.#stages}.${name}`;
    const parts = parameters.map((parameter) => this.#argument(parameter));
    if (!fillsTapes) return callLines(callee, parts, "  ");
    const flat = `  if (!${callee}(${parts.join(", ")})) {`;
    const [head, ...rest] = callLines(`!${callee}`, parts, "    ");
    const { name: own, parameters: given } = this.#request;
    const longer = given.map((each) =>
      each === "work" ? `${lengthenName(this.#unit.model)}(work)` : each,
    );
    return [
      ...(flat.length <= printWidth
        ? [flat]
        : ["  if (", ...[head ?? "", ...rest].map((line) => line.replace(/;$/, "")), "  ) {"]),
      "    // A tape is full: once more, with longer ones.",
      ...callLines(`return ${own}`, longer, "    "),
      "  }",
    ];
  }

  #argument({ argument }: StageParameter): string {
    switch (argument.kind) {
      case "buffer":
        return `${this.#at}.${this.#nameOf(argument.buffer)}`;
      case "scratch":
        return "work.scratch";
      case "size":
        return argument.name;
      case "room":
        return `work.room.${this.#unit.tapes.get(argument.tape)}`;
      case "input": {
        const name = this.#nameOf(argument.local);
        return argument.local.dtype === "bool" ? `Number(${name})` : name;
      }
    }
  }

  #hostArgument(part: HostCall["arguments"][number]): string {
    return part.kind === "buffer" ? this.#nameOf(part) : plainArgument(part);
  }

  #nameOf(thing: Program["inputPlaces"][number]): string {
    return this.#request.names.of(thing, thing.node.name ?? "t");
  }

  // Results

  /** Numbers that the results are made of, read from where the stages left them. */
  #results(): readonly string[] {
    const { cells, program } = this.#staged;
    const used = new Set<Local>();
    for (const { value } of program.outputs) {
      if (value.kind === "buffer") continue;
      const probe = { kind: "if" as const, condition: value, then: [], otherwise: [] };
      visitScalars(probe, (part) => part.kind === "local" && used.add(part));
    }
    return [...used].flatMap((local) => {
      const cell = cells.get(local);
      if (cell === undefined) return [];
      const read = `work.numbers[${cell / 8}]${this.#request.context.typed ? "!" : ""}`;
      const value = local.dtype === "bool" ? `${read} !== 0` : read;
      return [`  const ${this.#nameOf(local)} = ${value};`];
    });
  }

  #context(): ExpressionContext {
    return {
      typed: this.#request.context.typed,
      nameOfLocal: (local) => this.#nameOf(local),
      nameOfBuffer: (buffer) => this.#nameOf(buffer),
      nameOfLoop: () => "i",
      runtime: this.#request.context.runtime,
    };
  }
}
