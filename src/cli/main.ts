#!/usr/bin/env node
// First, and apart: with an old Node the rest may not load.
import "./require-node.ts";

import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";
import { Command } from "commander";
import { commands } from "./commands/index.ts";
import { runProgram } from "./run-program.ts";

enableCompileCache();
// The SQL parser is WebAssembly. To optimize it takes half a second, more than one command ever gains by it.
setFlagsFromString("--no-wasm-tier-up");
setFlagsFromString("--no-wasm-dynamic-tiering");

const program = new Command("cutover").description(
  "Moves live Postgres data from an old shape to a new one: synced, verified exactly, reversible.",
);
const wanted = commands.get(process.argv[2] ?? "");
for (const load of wanted === undefined ? commands.values() : [wanted]) program.addCommand(await load());

await runProgram(program, process.argv);
