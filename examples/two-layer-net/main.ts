import { train } from "./train.js";

const steps = 2000;
const start = performance.now();
const losses = train(steps, (step, loss) => {
  if (step % 200 === 0) console.log(`step ${String(step).padStart(4)}  loss ${loss.toFixed(4)}`);
});
const last = losses.at(-1)!;
const seconds = (performance.now() - start) / 1000;

console.log(`step ${steps - 1}  loss ${last.toFixed(4)}`);
console.log(
  `\n${(losses[0]! / last).toFixed(0)} times smaller after ${steps} steps, ${seconds.toFixed(1)} s`,
);
