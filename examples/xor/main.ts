import { train, x, y } from "./train.js";

const { losses, predictions } = train(500);
for (let step = 0; step < losses.length; step += 100) {
  console.log(`step ${String(step).padStart(3)}  loss ${losses[step]!.toFixed(5)}`);
}
console.log(`step ${losses.length - 1}  loss ${losses.at(-1)!.toFixed(5)}\n`);

predictions.forEach((p, i) => {
  console.log(`${x[2 * i]} xor ${x[2 * i + 1]} = ${y[i]}   predicted ${p.toFixed(3)}`);
});
