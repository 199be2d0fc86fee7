import { runWorker } from "flatgrad/data-parallel";
import * as model from "../digits/model.grad.js";

runWorker(model);
