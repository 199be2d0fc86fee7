import type { Program } from "../../schedule/program.js";
import type { DerivedFunction, ModuleContext, Programs } from "./module.js";
import { TensorModule } from "./tensorModule.js";

/** A function of tensors made of another: `(inputs, tangents, work)`. */
export function printTensorDerived(
  { model, doc, program, directions }: DerivedFunction,
  context: ModuleContext,
): readonly string[] {
  // There is but one program; the second has nothing to do and no memory.
  const nothing: Program = { ...program, body: [], outputs: [], buffers: [] };
  const programs: Programs = {
    forward: program,
    gradient: nothing,
    cotangents: directions,
    wrt: new Set(directions),
  };
  return new TensorModule(model, programs, context).printDerived(doc);
}
