import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    globalSetup: ["test/helpers/postgres.ts"],
    setupFiles: ["test/helpers/drop-databases.ts"],
    // Every worker shares one Postgres with the others: more workers than this only wait for each other.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
