/** Importing this file defines every operation. */
import "./leaf.js";
import "./arithmetic.js";
import "./elementwise.js";
import "./reduce.js";
import "./shape.js";
import "./indexing.js";
import "./matrix.js";
import "./losses.js";
import "./accumulate.js";
import "./powers.js";
import "./trigonometry.js";
import "./specialFunctions.js";
import "./activations.js";
import "./binary.js";
import "./scans.js";
import "./spreads.js";
import "./rearrange.js";
import "./triangles.js";

export { registry } from "./define.js";
