#!/usr/bin/env node
import { text } from "node:stream/consumers";
import pc from "picocolors";
import { wantsColor } from "./cli/io.js";
import { run } from "./cli/run.js";

const { env, stdin, stdout, stderr } = process;

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  out: (line) => stdout.write(line),
  err: (line) => stderr.write(line),
  readInput: () => text(stdin),
  outColor: pc.createColors(wantsColor(stdout.isTTY, env)),
  errColor: pc.createColors(wantsColor(stderr.isTTY, env)),
  debug: env["FLATGRAD_DEBUG"] === "1",
  onInterrupt: (callback) => {
    process.once("SIGINT", callback);
    process.once("SIGTERM", callback);
  },
});
