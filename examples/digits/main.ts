import { plot } from "asciichart";
import { SingleBar } from "cli-progress";
import { loadMnist } from "./mnist.js";
import { accuracy, train } from "./train.js";

const epochs = 5;
const batchSize = 64;

const { training, test } = loadMnist();
const stepsPerEpoch = Math.floor(training.count / batchSize);
console.log(
  `\nTraining 784-128-10 on ${thousands(training.count)} images of digits: ` +
    `${epochs} epochs of ${stepsPerEpoch} steps, Adam\n`,
);

const losses: number[] = [];
const report = process.stdout.isTTY ? progressBar() : epochLines();
const start = performance.now();
const network = train(training, {
  epochs,
  batchSize,
  onStep(step, loss) {
    losses.push(loss);
    report.onStep(step);
  },
});
const seconds = (performance.now() - start) / 1000;
report.onEnd();

console.log(`\n${lossCurve()}\n`);
console.log(`trained in     ${seconds.toFixed(1)} s, ${perStep()} ms per step`);
console.log(
  `test accuracy  ${(100 * accuracy(test, network)).toFixed(2)} % of ${thousands(test.count)} images it has never seen`,
);

interface Report {
  onStep(step: number): void;
  onEnd(): void;
}

function progressBar(): Report {
  const bar = new SingleBar({
    format: "{bar} {percentage} %   epoch {epoch}/{epochs}   loss {loss}   {eta} s left",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    gracefulExit: true,
  });
  bar.start(epochs * stepsPerEpoch, 0, { epoch: 1, epochs, loss: "" });
  return {
    onStep(step) {
      const epoch = Math.floor(step / stepsPerEpoch) + 1;
      bar.update(step + 1, { epoch, loss: recentLoss().toFixed(3) });
    },
    onEnd() {
      bar.update(epochs * stepsPerEpoch);
      bar.stop();
    },
  };
}

function epochLines(): Report {
  return {
    onStep(step) {
      if ((step + 1) % stepsPerEpoch !== 0) return;
      const epoch = (step + 1) / stepsPerEpoch;
      console.log(`epoch ${epoch}/${epochs}  loss ${recentLoss().toFixed(4)}`);
    },
    onEnd() {},
  };
}

function recentLoss(): number {
  return mean(losses.slice(-100));
}

/** The loss on a logarithmic axis; each column is the mean of one seventieth of the steps. */
function lossCurve(): string {
  const columns = 70;
  const series = Array.from({ length: columns }, (_, i) =>
    Math.log10(mean(losses.slice(position(i), position(i + 1)))),
  );
  const format = (exponent: number) => (10 ** exponent).toFixed(4).padStart(9);
  const chart = plot(series, { height: 10, format }).replaceAll(/ +$/gm, "");
  return `     loss\n${chart}`;

  function position(column: number): number {
    return Math.floor((column * losses.length) / columns);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function perStep(): string {
  return ((1000 * seconds) / losses.length).toFixed(2);
}

function thousands(n: number): string {
  return n.toLocaleString("en");
}
