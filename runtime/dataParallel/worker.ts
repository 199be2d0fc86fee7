/** The file that workers run. */
import { runWorker } from "./loop.js";

runWorker();
