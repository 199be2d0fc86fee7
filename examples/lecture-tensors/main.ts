import { large } from "./large.js";
import { createLayerWork, createSquaredNormWork, layerVjp, squaredNormGrad } from "./model.grad.js";

const norm = squaredNormGrad(
  { W: Float32Array.of(0.1, 0.5, -0.3, 0.8), x: Float32Array.of(0.2, 0.4) },
  createSquaredNormWork(),
);
console.log(`‖W·x‖² = ${norm.value.toFixed(4)}`);
console.log(`dW =\n${matrix(norm.dW, 2)}`);
console.log(`dx =\n${matrix(norm.dx, 2)}\n`);

const product = layerVjp(
  {
    x: Float32Array.of(2, 1, -3, -3, 4, 2),
    w: Float32Array.of(3, 2, 1, -1, 2, 1, 3, 2, 3, 2, 1, -2),
  },
  Float32Array.of(2, 3, -3, 9, -8, 1, 4, 6),
  createLayerWork({ N: 2, D: 3, M: 4 }),
);
console.log(`y = x·w =\n${matrix(product.value, 4)}`);
console.log(`dx = dy·wᵀ =\n${matrix(product.dx, 3)}`);
console.log(`dw = xᵀ·dy =\n${matrix(product.dw, 4)}\n`);

const { sizes, inputBytes, peakBytes, jacobianBytes, seconds } = large();
console.log(`The same layer with N = ${sizes.N}, D = M = ${sizes.D}:`);
console.log(`  ∂y/∂x as a matrix would take ${gigabytes(jacobianBytes)}`);
console.log(`  inputs                       ${gigabytes(inputBytes)}`);
console.log(`  peak memory of this process  ${gigabytes(peakBytes)}`);
console.log(`  forward and backward         ${seconds.toFixed(2)} s`);

function matrix(elements: Float32Array, columns: number): string {
  const rows = Array.from({ length: elements.length / columns }, (_, i) =>
    elements.slice(i * columns, (i + 1) * columns),
  );
  const format = (x: number) => String(Number(x.toFixed(4))).padStart(8);
  return rows.map((row) => `  ${Array.from(row, format).join("")}`).join("\n");
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 33 ? 2 : 0).padStart(6)} GiB`;
}
