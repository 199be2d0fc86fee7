/** A deep network of given widths as a math string, with `tanh` between its layers. */
function network(batch: number | "N", widths: readonly number[]): string {
  const layers = widths.slice(1).map((width, i) => ({ i: i + 1, from: widths[i] ?? 1, width }));
  const weights = layers.map(
    ({ i, from, width }) => `W${i}: f32[${from}, ${width}], b${i}: f32[${width}]`,
  );
  const steps = layers.map(({ i }) => `h${i} = tanh(h${i - 1} @ W${i} + b${i})`);
  return `f(h0: f32[${batch}, ${widths[0]}], ${weights.join(", ")}) = { ${steps.join("; ")}; mean(h${layers.length}^2) }`;
}

const narrowing = [512, 256, 128, 64, 32, 16, 8, 4];
const hourglass = [...narrowing, ...narrowing.toReversed()];

/** Networks by what is said of them. */
export const deepNetworks: readonly (readonly [string, string])[] = [
  [
    "twelve layers of one width",
    network(
      "N",
      Array.from({ length: 13 }, () => 64),
    ),
  ],
  [
    "forty layers of one width",
    network(
      32,
      Array.from({ length: 41 }, () => 48),
    ),
  ],
  ["layers that narrow", network("N", narrowing)],
  ["layers that widen", network("N", narrowing.toReversed())],
  ["an hourglass", network(256, hourglass)],
  ["layers of all widths", network(100, [784, 30, 500, 7, 300, 300, 11, 900, 2, 64, 10])],
];
