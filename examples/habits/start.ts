/**
 * `npm start`: moves a live habit table to its new shape and back and forth again, with writers at work, and proves with a model
 * of its own that not one cell was lost.
 */
import { parseOptions, USAGE } from "./start/options.ts";
import { tell } from "./start/story.ts";

const options = parseOptions(process.argv.slice(2));
if (options === "help") {
  process.stdout.write(USAGE);
} else {
  const result = await tell(options);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
}
