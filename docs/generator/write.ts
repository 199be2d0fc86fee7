import { writeFile } from "node:fs/promises";
import { pages } from "./pages.js";

const folder = new URL("../", import.meta.url);
const written = Array.from(await pages(), ([name, text]) => writeFile(new URL(name, folder), text));
await Promise.all(written);
