// What a thread runs. By itself Node's thread would not read TypeScript.
import { register } from "tsx/esm/api";

register();
await import("./gradient.ts");
