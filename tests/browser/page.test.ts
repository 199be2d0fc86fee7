import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentSecurityPolicy, servePage } from "../../examples/embed-in-page/server.js";

const executablePath = "/usr/bin/chromium";

describe("embed-in-page in Chromium", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  /** What the console and the page complained of, and requests to anywhere else. */
  const complaints: string[] = [];

  beforeAll(async () => {
    if (!existsSync(executablePath)) {
      throw new Error(`there is no ${executablePath}: install Debian's package chromium`);
    }
    const served = await servePage();
    server = served.server;
    browser = await chromium.launch({
      executablePath,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
    page.on("console", (message) => {
      if (message.type() !== "log") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(served.url)) complaints.push(request.url());
    });
    await page.goto(served.url);
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it("learns: the loss falls and the points are told apart", async () => {
    await stepsTaken(20);
    const early = await loss();
    await stepsTaken(1500);
    expect(await loss()).toBeLessThan(early / 5);
    expect(Number.parseInt(await text("accuracy"), 10)).toBeGreaterThan(97);
  });

  it("is reset, paused and given other data from the keyboard", async () => {
    await page.locator("#toggle").press("Enter");
    const step = await text("step");
    await page.locator("#reset").press("Enter");
    expect(Number(step)).toBeGreaterThan(0);
    expect(await text("step")).toBe("0");
    expect(await text("toggle")).toBe("Train");
    await page.locator("#dataset").selectOption("moons");
    await page.locator("#toggle").press("Space");
    await stepsTaken(100);
    expect(await loss()).toBeLessThan(0.5);
  });

  it("complains of nothing", () => {
    expect(complaints).toEqual([]);
  });

  it("may not evaluate text", async () => {
    const response = await page.request.get(page.url());
    expect(response.headers()["content-security-policy"]).toBe(contentSecurityPolicy);
    // What the test itself evaluates is exempt, but not what that calls later.
    const outcome = await page.evaluate(
      () =>
        new Promise((resolve) => {
          setTimeout(() => {
            try {
              Reflect.construct(Function, ["return 1"]);
              resolve("evaluated");
            } catch (error) {
              resolve(error instanceof Error ? error.name : error);
            }
          });
        }),
    );
    expect(outcome).toBe("EvalError");
  });

  async function stepsTaken(count: number): Promise<void> {
    await expect
      .poll(async () => Number(await text("step")), { timeout: 40_000 })
      .toBeGreaterThanOrEqual(count);
  }

  async function text(id: string): Promise<string> {
    return (await page.locator(`#${id}`).textContent()) ?? "";
  }

  async function loss(): Promise<number> {
    return Number(await text("loss"));
  }
});
