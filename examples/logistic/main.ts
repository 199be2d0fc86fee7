import { createLossWork, lossGrad } from "./model.grad.js";

const work = createLossWork({ D: 3 });
const w = Float32Array.of(2, -3, -3);

show("x of the right class, barely", [-1, -2, 1]);
show("x of the wrong class", [1, 2, 1]);
show("x far off: exp(1000) would overflow", [-500, 0, 0]);

function show(title: string, x: readonly number[]): void {
  const { value, dw } = lossGrad({ w, x: Float32Array.from(x) }, work);
  const gradient = Array.from(dw, (d) => d.toFixed(4)).join(", ");
  console.log(`${title}\n  −log σ(wᵀx) = ${value.toFixed(4)},  dw = (${gradient})\n`);
}
