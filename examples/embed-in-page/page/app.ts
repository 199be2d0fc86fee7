import { createClassifier } from "../classifier.js";
import { createDataset, isDatasetName } from "../datasets.js";
import { createLossCurve } from "./curve.js";
import { createGrid, createPlane } from "./plane.js";

const stepsPerPicture = 4;

const toggle = element("toggle", HTMLButtonElement);
const reset = element("reset", HTMLButtonElement);
const choice = element("dataset", HTMLSelectElement);
const drawPlane = createPlane(element("plane", HTMLCanvasElement));
const curve = createLossCurve(element("curve", HTMLCanvasElement));
const grid = createGrid();

let seed = 1;
let step = 0;
let dataset = createDataset("spirals");
let classifier = createClassifier(dataset, grid, seed);
let running = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

toggle.addEventListener("click", () => setRunning(!running));
reset.addEventListener("click", () => start(seed + 1));
choice.addEventListener("change", () => start(seed));
window.addEventListener("resize", draw);

setRunning(running);
draw();
requestAnimationFrame(picture);

/** Begins anew with random weights. */
function start(newSeed: number): void {
  seed = newSeed;
  step = 0;
  if (isDatasetName(choice.value)) dataset = createDataset(choice.value);
  classifier = createClassifier(dataset, grid, seed);
  curve.clear();
  show("loss", "–");
  draw();
}

function setRunning(value: boolean): void {
  running = value;
  toggle.textContent = running ? "Pause" : "Train";
}

function picture(): void {
  if (running) {
    learn();
    draw();
  }
  requestAnimationFrame(picture);
}

function learn(): void {
  let loss = NaN;
  for (let i = 0; i < stepsPerPicture; i++) {
    loss = classifier.step();
    curve.add(loss);
  }
  step += stepsPerPicture;
  show("loss", loss.toFixed(4));
}

function draw(): void {
  drawPlane(classifier.paint(), dataset);
  curve.draw();
  show("accuracy", `${Math.floor(100 * classifier.accuracy())} %`);
  show("step", String(step));
}

function show(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}

/** @throws Error if the page has no such element */
function element<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${type.name} called ${id}`);
}
