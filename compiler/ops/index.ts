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

export { registry } from "./define.js";
