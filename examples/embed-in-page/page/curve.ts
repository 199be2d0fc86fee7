import { clear } from "./canvas.js";

/** A curve of the loss that keeps a bounded number of values. */
export interface LossCurve {
  add(loss: number): void;
  draw(): void;
  clear(): void;
}

const capacity = 400;
const margin = { left: 34, top: 8, bottom: 22 };

export function createLossCurve(canvas: HTMLCanvasElement): LossCurve {
  let values: number[] = [];
  /** Steps from one value to the next: doubled when there is no more room. */
  let stride = 1;
  let steps = 0;

  function add(loss: number): void {
    if (steps++ % stride === 0) values.push(loss);
    if (values.length < capacity) return;
    values = values.filter((_, i) => i % 2 === 0);
    stride *= 2;
  }

  function draw(): void {
    const { context, width, height } = clear(canvas);
    const right = width - 2;
    const bottom = height - margin.bottom;
    const top = Math.max(0.8, ...values);
    const x = (i: number) =>
      margin.left + (i / Math.max(values.length - 1, 1)) * (right - margin.left);
    const y = (loss: number) => bottom + (loss / top) * (margin.top - bottom);

    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.lineWidth = 1;
    for (let loss = 0; loss <= top; loss += 0.2) {
      context.strokeStyle = "#e3e7ee";
      context.beginPath();
      context.moveTo(margin.left, y(loss));
      context.lineTo(right, y(loss));
      context.stroke();
      context.fillStyle = "#667085";
      context.textAlign = "right";
      context.fillText(loss.toFixed(1), margin.left - 8, y(loss));
    }
    context.textAlign = "left";
    context.fillText("0", margin.left, height - 7);
    context.textAlign = "right";
    context.fillText(`${steps} steps`, right, height - 7);

    context.beginPath();
    values.forEach((loss, i) => context.lineTo(x(i), y(loss)));
    context.strokeStyle = "#2f6fed";
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.stroke();
  }

  function empty(): void {
    values = [];
    stride = 1;
    steps = 0;
  }

  return { add, draw, clear: empty };
}
