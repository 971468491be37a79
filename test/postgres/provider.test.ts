import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { Client } from "pg";
import { getContainerRuntimeClient } from "testcontainers";
import { describe, expect, inject, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { containerPostgres } from "../../src/postgres/container.ts";
import { embeddedPostgres } from "../../src/postgres/embedded.ts";
import { externalPostgres } from "../../src/postgres/external.ts";
import type { PostgresProvider } from "../../src/postgres/provider.ts";

/** What every provider promises, whatever it is made of. */
function contract(provider: PostgresProvider): void {
  test("starts a Postgres that answers, says its version and may create databases", async () => {
    const postgres = await provider.start();
    try {
      await withClient(postgres.url, async (client) => {
        const { rows } = await client.query("SHOW server_version_num");
        expect(Number(rows[0].server_version_num)).toBe(postgres.version);
        expect(postgres.version).toBeGreaterThanOrEqual(140000);
        const { rows: mayCreate } = await client.query(
          "SELECT rolcreatedb OR rolsuper AS yes FROM pg_catalog.pg_roles WHERE rolname = current_user",
        );
        expect(mayCreate).toEqual([{ yes: true }]);
      });
    } finally {
      await postgres.stop();
    }
  });

  test("may be stopped twice", async () => {
    const postgres = await provider.start();
    await postgres.stop();
    await postgres.stop();
  });
}

describe("an embedded Postgres with its data in memory, where there is room", () => {
  contract(embeddedPostgres({ inMemory: true }));
});

describe("an embedded Postgres", () => {
  contract(embeddedPostgres());

  test("is UTF-8 with locale C, throws durability away by default, and keeps it when asked to", async () => {
    for (const durable of [false, true]) {
      const postgres = await embeddedPostgres({ durable }).start();
      const { rows } = await withClient(postgres.url, (client) =>
        client.query(`
          SELECT pg_catalog.pg_encoding_to_char(encoding) AS encoding, datcollate,
                 pg_catalog.current_setting('fsync') AS fsync,
                 pg_catalog.current_setting('autovacuum') AS autovacuum
          FROM pg_catalog.pg_database WHERE datname = current_database()`),
      );
      await postgres.stop();
      const setting = durable ? "on" : "off";
      expect(rows).toEqual([{ encoding: "UTF8", datcollate: "C", fsync: setting, autovacuum: setting }]);
    }
  });

  test("ends sessions when it stops, and leaves no file and no server behind", async () => {
    const postgres = await embeddedPostgres().start();
    const client = new Client(postgres.url);
    client.on("error", () => undefined);
    await client.connect();
    const { rows } = await client.query("SHOW data_directory");
    const directory: string = rows[0].data_directory;
    expect(existsSync(directory)).toBe(true);
    expect(dirname(directory)).toBe(postgres.directory);
    await postgres.stop();
    expect(existsSync(directory)).toBe(false);
    await expect(withClient(postgres.url, async () => undefined)).rejects.toMatchObject({ code: "CU901" });
  });

  test("refuses a wrong password, and keeps it out of the error", async () => {
    const postgres = await embeddedPostgres().start();
    const url = new URL(postgres.url);
    url.password = "not-the-password";
    const error = await withClient(url.href, async () => undefined).catch((reason: unknown) => reason);
    await postgres.stop();
    expect(error).toMatchObject({ code: "CU902" });
    expect(String(error)).not.toContain("not-the-password");
  });

  test("says what the server said when it does not start", async () => {
    const settings = { shared_buffers: "nonsense" };
    await expect(embeddedPostgres({ settings }).start()).rejects.toMatchObject({
      code: "CU916",
      message: expect.stringContaining("shared_buffers"),
    });
  });
});

describe("an external Postgres", () => {
  contract(externalPostgres({ url: inject("postgresUrl") }));

  test("is not stopped by us", async () => {
    const postgres = await externalPostgres({ url: inject("postgresUrl") }).start();
    await postgres.stop();
    await withClient(postgres.url, (client) => client.query("SELECT 1"));
  });
});

describe("a Postgres container", async () => {
  const daemonAnswers = await getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  if (daemonAnswers) {
    contract(containerPostgres());
  } else {
    test("names the next step where no container daemon answers", async () => {
      await expect(containerPostgres().start()).rejects.toMatchObject({
        code: "CU912",
        hint: expect.stringContaining("PG_CUTOVER_POSTGRES=embedded"),
      });
    });
  }
});
