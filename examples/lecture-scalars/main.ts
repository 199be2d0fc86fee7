import { circuitGrad, gatesGrad, neuronGrad, stagedGrad } from "./model.grad.js";

show("circuit: (x + y) · z", { x: -2, y: 5, z: -4 }, circuitGrad(-2, 5, -4));
show(
  "neuron: σ(w0·x0 + w1·x1 + w2)",
  { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 },
  neuronGrad(2, -1, -3, -2, -3),
);
show("staged: (x + σ(y)) / (σ(x) + (x + y)²)", { x: 3, y: -4 }, stagedGrad(3, -4));
show("gates: 2 · (x·y + max(z, w))", { x: 3, y: -4, z: 2, w: -1 }, gatesGrad(3, -4, 2, -1));

/** One line for each input: its value, and how fast the result grows with it. */
function show(
  title: string,
  inputs: Readonly<Record<string, number>>,
  { value, ...gradients }: { value: number },
): void {
  const slopes = gradients as Readonly<Record<string, number>>;
  console.log(`${title}\n  value     ${value.toFixed(4).padStart(9)}`);
  for (const [name, input] of Object.entries(inputs)) {
    const slope = slopes[`d${name}`]!.toFixed(4).padStart(9);
    console.log(`  d${name.padEnd(3)}      ${slope}   at ${name} = ${input}`);
  }
  console.log();
}
