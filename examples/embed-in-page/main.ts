import { gzipSync } from "node:zlib";
import { bundle, servePage } from "./server.js";

const { url } = await servePage(Number(process.env["PORT"] ?? 8080));
const code = await bundle();
const kilobytes = (gzipSync(code).length / 1000).toFixed(1);
console.log(`The page is at ${url} (${kilobytes} kB of script, gzipped). Ctrl+C ends.`);
