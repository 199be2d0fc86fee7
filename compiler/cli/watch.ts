import { relative, resolve } from "node:path";
import type { Built } from "./build.js";
import type { Io } from "./io.js";

/** Changes within this time of each other are one, as when an editor saves several files. */
const settleMilliseconds = 50;

/** Builds models anew when they, or files they import, change, until the user interrupts. */
export async function watchModels(
  built: Map<string, Built>,
  build: (model: string) => Built,
  io: Io,
): Promise<void> {
  const { watch } = await import("chokidar");
  const filesOf = () => [...new Set(Array.from(built.values()).flatMap(({ paths }) => paths))];
  const watcher = watch(filesOf(), { ignoreInitial: true });
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const rebuild = () => {
    const stale = Array.from(built.values()).filter(({ paths }) =>
      paths.some((path) => changed.has(path)),
    );
    changed.clear();
    for (const { model, paths } of stale) {
      const start = performance.now();
      const result = build(model);
      // A file that cannot be read is still waited for.
      const kept = result.ok ? result.paths : [...result.paths, ...paths];
      built.set(model, { ...result, paths: kept });
      const time = `${new Date().toLocaleTimeString("en-GB")} ${Math.round(performance.now() - start)} ms`;
      const state = result.ok ? "built" : "failed";
      io.out(io.outColor.dim(`${time} ${relative(io.cwd, model)} ${state}\n`));
    }
    watcher.add(filesOf());
  };
  watcher.on("all", (_event, path) => {
    changed.add(resolve(path));
    clearTimeout(timer);
    timer = setTimeout(rebuild, settleMilliseconds);
  });
  await new Promise<void>((done) => {
    watcher.once("ready", () => {
      const count = built.size;
      io.out(`watching ${count} ${count === 1 ? "file" : "files"}; Ctrl+C ends\n`);
    });
    io.onInterrupt(done);
  });
  clearTimeout(timer);
  await watcher.close();
}
