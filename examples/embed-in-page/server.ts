import { createServer, type Server } from "node:http";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";

/** Nothing from elsewhere, nothing inline, no eval. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

interface Asset {
  readonly type: string;
  readonly content: Uint8Array;
}

/** Serves the page on this machine; port 0 takes any that is free. */
export async function servePage(port = 0): Promise<{ server: Server; url: string }> {
  const assets = await pageAssets();
  const server = createServer((request, response) => {
    const asset = assets.get(request.url ?? "/");
    if (asset === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "Content-Type": asset.type,
      "Content-Security-Policy": contentSecurityPolicy,
      "X-Content-Type-Options": "nosniff",
    });
    response.end(asset.content);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** The four files of the page by their path: three as they are, the program bundled. */
async function pageAssets(): Promise<ReadonlyMap<string, Asset>> {
  const file = (name: string, type: string): Asset => ({
    type,
    content: readFileSync(new URL(`page/${name}`, import.meta.url)),
  });
  return new Map([
    ["/", file("index.html", "text/html; charset=utf-8")],
    ["/style.css", file("style.css", "text/css; charset=utf-8")],
    ["/icon.svg", file("icon.svg", "image/svg+xml")],
    ["/app.js", { type: "text/javascript; charset=utf-8", content: await bundle() }],
  ]);
}

/** The page's program as one file. */
export async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [new URL("page/app.ts", import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]!.contents;
}
