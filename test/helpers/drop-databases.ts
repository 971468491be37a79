import { afterAll } from "vitest";
import { closeDatabases } from "./database.ts";

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that a hook wants from its first parameter
afterAll(async ({}, suite) => {
  const failed = [suite, ...suite.tasks].some((task) => task.result?.state === "fail");
  await closeDatabases(failed);
});
