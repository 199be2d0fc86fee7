import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadAssembler } from "../../compiler/backends/wasm/assemble.js";
import { buildDataParallel } from "../runtime/dataParallelSupport.js";

const executablePath = "/usr/bin/chromium";
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** What the page's script makes of a batch. */
interface Outcome {
  readonly workers: number;
  readonly alone: readonly number[];
  readonly blocking: readonly number[];
  readonly waiting: readonly number[];
  readonly error: string;
}

let server: Server;
let browser: Browser;
let url: string;

const script = `
import { dataParallel } from "./index.js";

const asked = new URL(location).search;
const path = asked.includes("wasm") ? "./wasm.js" : asked.includes("f32") ? "./single.js" : "./model.js";
const floats = asked.includes("f32") ? Float32Array : Float64Array;
const { createFWork, fGrad } = await import(path);
const parameters = { W: floats.of(1, 2, 3, 4, 5, 6) };
const data = { x: new floats(12).map((_, i) => i % 5), y: Int32Array.of(0, 1, 2, 0, 1, 2) };
const options = {
  module: new URL(path, import.meta.url), function: "f", sizes: { N: 6 }, batch: "N",
  workers: 2, reduction: "mean", parameters, data,
};
const outcome = { error: "" };
const numbers = ({ value, dW }) => [value, ...dW];
outcome.alone = numbers(fGrad({ ...parameters, ...data }, createFWork({ N: 6 })));
await dataParallel(options).catch((error) => (outcome.error = error.message));
const pool = await dataParallel({ ...options, fallback: true, useCallingThread: !asked.includes("free") });
outcome.workers = pool.workers;
outcome.blocking = numbers(pool.step());
for (let i = 0; i < 20; i++) outcome.waiting = numbers(await pool.stepAsync());
pool.data.y[4] = 9;
await pool.stepAsync().catch((error) => (outcome.error ||= error.message));
await pool.close();
globalThis.outcome = outcome;
`;

beforeAll(async () => {
  if (!existsSync(executablePath)) {
    throw new Error(`there is no ${executablePath}: install Debian's package chromium`);
  }
  const built = await buildDataParallel();
  const math = "f(x: f64[N, 2], y: i32[N], W: f64[2, 3]) = softmaxCrossEntropy(x @ W, y)";
  built.compile("model", math);
  built.compile("single", math.replaceAll("f64", "f32"));
  built.compile("wasm", math, { target: "wasm-js", assembler: await loadAssembler() });
  built.write("page", script);
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://page");
    const isPage = pathname === "/isolated" || pathname === "/plain";
    const path = join(built.folder, basename(pathname));
    if (!isPage && !existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "Content-Type": isPage ? "text/html" : "text/javascript",
      ...(pathname === "/plain" ? {} : isolation),
    });
    response.end(isPage ? '<script type="module" src="page.js"></script>' : readFileSync(path));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const args = ["--headless", "--no-sandbox", "--disable-gpu"];
  browser = await chromium.launch({ executablePath, args });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function outcomeOn(path: string): Promise<Outcome> {
  const page = await browser.newPage();
  await page.goto(`${url}${path}`);
  await page.waitForFunction("globalThis.outcome");
  const outcome = JSON.parse(String(await page.evaluate("JSON.stringify(outcome)"))) as Outcome;
  await page.close();
  return outcome;
}

it.each([
  "/isolated",
  "/isolated?free",
  "/isolated?wasm",
  "/isolated?wasm-free",
  "/isolated?f32",
  "/isolated?f32-free",
])("a page computes with two workers: %s", async (path) => {
  const { alone, blocking, error, waiting, workers } = await outcomeOn(path);
  expect(workers).toBe(2);
  expect(waiting).toEqual(blocking);
  expect(blocking).toHaveLength(7);
  blocking.forEach((v, i) =>
    expect(Math.abs(v - alone[i]!)).toBeLessThan(path.includes("f32") ? 1e-6 : 1e-12),
  );
  expect(error).toBe("worker 1 (rows 3 … 5 of the batch): RangeError: y[1] is 9, outside 0 … 2");
});

it.each(["/plain", "/plain?wasm"])(
  "a page that is not isolated is told so, and computes alone if asked: %s",
  async (path) => {
    const { alone, blocking, error, waiting, workers } = await outcomeOn(path);
    expect(error).toContain("Cross-Origin-Opener-Policy: same-origin");
    expect(workers).toBe(1);
    expect(blocking).toEqual(alone);
    expect(waiting).toEqual(alone);
  },
);
