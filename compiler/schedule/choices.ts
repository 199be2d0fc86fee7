import type { Node } from "../ir/node.js";
import { elementsIn, isLoop } from "./element.js";
import { scalarChoice, type Guard } from "./guard.js";
import type { Index, Loop, Scalar } from "./program.js";
import type { Unit } from "./unit.js";

/**
 * A lazy `where` with work on one of its sides becomes two assignments, one in
 * each branch; a cheap one stays a choice.
 */
export function splitChoices(units: readonly Unit[], guards: ReadonlyMap<Node, Guard>) {
  const extra = new Map<Unit, Guard>();
  const split = units.flatMap((unit): readonly Unit[] => {
    const choice = unit.work.kind === "assign" ? scalarChoice(unit.work.value) : null;
    if (choice === null || unit.work.kind !== "assign" || !hasWorkInside(choice, guards))
      return [unit];
    const own = guards.get(unit.node) ?? [];
    const { condition, arms } = choice;
    const yes: Unit = { ...unit, work: { ...unit.work, value: arms[0] } };
    const loops = unit.loops.map((loop): Loop => ({ extent: loop.extent }));
    const rename = renameLoops(unit.loops, loops);
    const no: Unit = {
      ...unit,
      loops,
      after: yes,
      work: {
        ...unit.work,
        target: unit.work.target.map(rename.index),
        value: rename.scalar(arms[1]),
      },
    };
    extra.set(yes, [...own, { condition, holds: true }]);
    extra.set(no, [...own, { condition, holds: false }]);
    return [yes, no];
  });
  return {
    units: split,
    guardOf: (unit: Unit): Guard => extra.get(unit) ?? guards.get(unit.node) ?? [],
  };
}

/** True if something only one side needs is computed under the condition. */
function hasWorkInside(
  { condition, arms }: NonNullable<ReturnType<typeof scalarChoice>>,
  guards: ReadonlyMap<Node, Guard>,
): boolean {
  const isUnder = (node: Node) =>
    guards.get(node)?.some((literal) => literal.condition === condition) === true;
  return arms.some((arm) => elementsIn(arm).some(({ of }) => isUnder(of)));
}

function renameLoops(from: readonly Loop[], to: readonly Loop[]) {
  const index = (position: Index): Index => {
    const { variable } = position;
    if (variable === null) return position;
    if (!isLoop(variable)) return { ...position, variable: scalar(variable) };
    return { ...position, variable: to[from.indexOf(variable)] ?? variable };
  };
  const scalar = (value: Scalar): Scalar => {
    switch (value.kind) {
      case "element":
      case "load":
        return { ...value, index: value.index.map(index) };
      case "index":
        return { ...value, index: index(value.index) };
      case "apply":
        return { ...value, arguments: value.arguments.map(scalar) };
      case "total":
        return {
          ...value,
          terms: value.terms.map((term) => ({
            ...term,
            value: scalar(term.value),
          })),
        };
      default:
        return value;
    }
  };
  return { index, scalar };
}
