import type { Dim } from "../ir/dim.js";
import { TypeFault } from "../ir/op.js";
import { formatShape, type TensorType } from "../ir/type.js";

/** One letter for an axis; the axes of an ellipsis are `…0`, `…1`, counted from the last. */
export type Label = string;

/** What `"ij,jk->ik"` says of operands of known shapes. */
export interface Contraction {
  readonly operands: readonly (readonly Label[])[];
  readonly result: readonly Label[];
  readonly sizes: ReadonlyMap<Label, Dim>;
}

/**
 * Reads the subscripts of einsum. Without `->` the result has the labels that
 * occur once, in alphabetical order, behind those of an ellipsis.
 *
 * @throws TypeFault FG214, FG305 or FG301 if they do not fit the operands
 */
export function readSubscripts(subscripts: string, types: readonly TensorType[]): Contraction {
  const text = subscripts.replaceAll(/\s/g, "");
  const parts = /^([A-Za-z.,]*)(?:->([A-Za-z.]*))?$/.exec(text);
  const terms = parts?.[1]?.split(",") ?? [];
  if (parts === null || terms.length !== types.length) {
    throw malformed(
      subscripts,
      `${types.length} operands`,
      'one group of letters for each operand, as in "ij,jk->ik"',
    );
  }
  const operands = terms.map((term, i) =>
    labelsOf(subscripts, term, types[i]?.shape.length ?? 0, i),
  );
  const sizes = sizesOf(operands, types);
  const written = parts[2];
  const result =
    written === undefined ? implied(operands) : explicit(subscripts, written, operands);
  return { operands, result, sizes };
}

function malformed(subscripts: string, against: string, accepted: string): TypeFault {
  return new TypeFault("FG214", `einsum: "${subscripts.slice(0, 60)}" does not fit ${against}`, {
    accepted,
  });
}

/** The labels of one operand, those of an ellipsis filled in. */
function labelsOf(
  subscripts: string,
  term: string,
  rank: number,
  operand: number,
): readonly Label[] {
  const [before = "", after, ...more] = term.split("...");
  const letters = before.length + (after?.length ?? 0);
  const hidden = rank - letters;
  const dots = [before, after ?? "", ...more].some((part) => part.includes("."));
  if (dots || more.length > 0)
    throw malformed(subscripts, "einsum's notation", "letters, and at most one ... in each group");
  if (after === undefined ? hidden !== 0 : hidden < 0) {
    throw new TypeFault(
      "FG305",
      `einsum: "${term}" has ${letters} letters and operand ${operand + 1} ${rank} axes`,
      { operands: [operand], accepted: "one letter for each axis, or ... for those not named" },
    );
  }
  return after === undefined
    ? before.split("")
    : [...before.split(""), ...ellipsis(hidden), ...after.split("")];
}

const ellipsis = (count: number): readonly Label[] =>
  Array.from({ length: count }, (_, i) => `…${count - 1 - i}`);

function hiddenCount(operands: readonly (readonly Label[])[]): number {
  return Math.max(
    0,
    ...operands.map((labels) => labels.filter((label) => label.startsWith("…")).length),
  );
}

function implied(operands: readonly (readonly Label[])[]): readonly Label[] {
  const all = operands.flat().filter((label) => !label.startsWith("…"));
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label));
  return [...ellipsis(hiddenCount(operands)), ...once.toSorted()];
}

function explicit(
  subscripts: string,
  written: string,
  operands: readonly (readonly Label[])[],
): readonly Label[] {
  const rank = written.replace("...", "").length + hiddenCount(operands);
  const labels = written.includes("...")
    ? labelsOf(subscripts, written, rank, 0)
    : written.split("");
  const known = new Set(operands.flat());
  const unknown = labels.find((label) => !known.has(label));
  if (unknown !== undefined || new Set(labels).size !== labels.length)
    throw malformed(subscripts, "its result", "each letter of the operands at most once behind ->");
  return labels;
}

/** The size of each label: axes of size 1 are repeated as in any broadcast. */
function sizesOf(
  operands: readonly (readonly Label[])[],
  types: readonly TensorType[],
): ReadonlyMap<Label, Dim> {
  const sizes = new Map<Label, Dim>();
  operands.forEach((labels, i) => {
    const shape = types[i]?.shape ?? [];
    labels.forEach((label, axis) => {
      const dim = shape[axis] ?? 1;
      const known = sizes.get(label);
      if (known !== undefined && known !== 1 && dim !== 1 && known !== dim) {
        throw new TypeFault(
          "FG301",
          `einsum: "${label}" is ${known} and, in operand ${i + 1} of shape ${formatShape(shape)}, ${dim}`,
          { operands: [i], accepted: "one size for each letter" },
        );
      }
      if (known === undefined || known === 1) sizes.set(label, dim);
    });
  });
  return sizes;
}
