/** Long programs without loops, as symbolic tools write them. */

/** A program of numbers; its values neither grow nor fade, however many lines it has. */
export function straightLineSource(lines: number): string {
  return `export function f(v0: number, v1: number, v2: number, v3: number) {
${statements(lines, (i) => `0.1 * v${i % 4}`)}
}
`;
}

/** The same over the elements of an array. */
export function straightLineTensorSource(lines: number): string {
  return `import type { Tensor } from "flatgrad";
export function f(x: Tensor<[4]>, s: number) {
  const v0 = x[0];
  const v1 = x[1];
  const v2 = x[2];
  const v3 = x[3];
${statements(lines, (i) => `s * x[${i % 4}]`)}
}
`;
}

/** Every line reads the two before it and one before these; now and then a condition far above. */
function statements(lines: number, input: (i: number) => string): string {
  const body = Array.from({ length: lines }, (_, i) => {
    const [next, last, before] = [i + 4, i + 3, i + 2].map((at) => `v${at}`);
    const older = `v${i % 2 === 0 ? i : i + 1}`;
    const choice = Math.floor(i / 50);
    if (i % 50 === 0)
      return `  const ${next} = Math.sin(${last}) + ${input(i)};
  const isPositive${choice} = ${next} > 0.2;`;
    const isChoice = i % 50 === 25 && choice >= 3;
    if (isChoice)
      return `  const ${next} = isPositive${choice - 3} ? 0.9 * ${last} : ${input(i)} * ${older};`;
    return `  const ${next} = 0.5 * ${last} - 0.4 * ${before} * ${older} + ${input(i)};`;
  });
  return [...body, `  return v${lines + 3};`].join("\n");
}
