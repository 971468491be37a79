import { defineConfig } from "vitest/config";
import { DefectsReporter } from "./examples/habits/test/defects-reporter.ts";

export default defineConfig({
  test: {
    // Some tests are races drawn by chance: in CI a second try decides, and the first is printed.
    retry: process.env.CI ? 1 : 0,
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    globalSetup: ["test/helpers/postgres.ts"],
    setupFiles: ["test/helpers/drop-databases.ts"],
    // A document that names tests as its proof is held to it.
    reporters: ["default", new DefectsReporter()],
    // They share one Postgres, and wait for processes a good deal of their time: three keep two cores busy, more wait for each other.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
