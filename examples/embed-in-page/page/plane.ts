import type { Dataset } from "../datasets.js";
import { clear, contextOf } from "./canvas.js";

/** Points on each side of the grid where the network is evaluated. */
const side = 96;

/** Coordinates `[side · side, 2]` from −1 to 1, row by row from the top left. */
export function createGrid(): Float32Array {
  const grid = new Float32Array(2 * side * side);
  for (let i = 0; i < side * side; i++) {
    grid[2 * i] = ((i % side) + 0.5) * (2 / side) - 1;
    grid[2 * i + 1] = 1 - (Math.floor(i / side) + 0.5) * (2 / side);
  }
  return grid;
}

type Colour = readonly [red: number, green: number, blue: number];
const orange: Colour = [240, 138, 36];
const blue: Colour = [47, 111, 237];

/** Draws what the network sees at each place of the plane, and the points on top. */
export function createPlane(canvas: HTMLCanvasElement) {
  const small = document.createElement("canvas");
  small.width = side;
  small.height = side;
  const smallContext = contextOf(small);
  const image = smallContext.createImageData(side, side);

  return (probabilities: Float32Array, { count, points, classes }: Dataset): void => {
    probabilities.forEach((p, i) => image.data.set(colourOf(p), 4 * i));
    smallContext.putImageData(image, 0, 0);
    const { context, width, height } = clear(canvas);
    context.imageSmoothingQuality = "high";
    context.save();
    context.beginPath();
    context.roundRect(0, 0, width, height, 11);
    context.clip();
    context.drawImage(small, 0, 0, width, height);
    context.restore();
    for (let i = 0; i < count; i++) {
      context.beginPath();
      const x = ((points[2 * i] ?? 0) + 1) * (width / 2);
      const y = (1 - (points[2 * i + 1] ?? 0)) * (height / 2);
      context.arc(x, y, 4.5, 0, 2 * Math.PI);
      context.fillStyle = `rgb(${(classes[i] === 0 ? orange : blue).join()})`;
      context.fill();
      context.lineWidth = 1.5;
      context.strokeStyle = "white";
      context.stroke();
    }
  };
}

/** White where the network is undecided, towards the colour of a class where it is sure. */
function colourOf(probability: number): readonly [...Colour, alpha: number] {
  const [red, green, blueness] = probability < 0.5 ? orange : blue;
  const strength = 0.6 * Math.min(1, 2.2 * Math.abs(probability - 0.5));
  const mix = (part: number) => 255 + (part - 255) * strength;
  return [mix(red), mix(green), mix(blueness), 255];
}
