import { chmod, chown, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { completeUrl } from "../../src/connection/database-url.ts";
import { withClient } from "../../src/db.ts";
import { embeddedPostgres } from "../../src/postgres/embedded.ts";
import { unprivilegedUser } from "../../src/postgres/unprivileged.ts";

const CERTIFICATE = join(ROOT, "test/connection/tls/server.crt");

/**
 * A Postgres that can encrypt, with a certificate for `localhost`.
 *
 * @param admits the first word of its pg_hba.conf: `hostssl` lets in only whoever encrypts, `hostnossl` only whoever does not
 */
async function startTlsServer(admits: "host" | "hostssl" | "hostnossl"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pg-cutover-tls-"));
  for (const file of ["server.crt", "server.key"]) {
    await copyFile(join(ROOT, "test/connection/tls", file), join(folder, file));
  }
  await writeFile(join(folder, "pg_hba.conf"), `${admits} all all 127.0.0.1/32 scram-sha-256\n`);
  await chmod(join(folder, "server.key"), 0o600);
  const user = unprivilegedUser();
  if (user !== undefined) {
    for (const file of ["", "server.crt", "server.key", "pg_hba.conf"]) {
      await chown(join(folder, file), user.uid, user.gid);
    }
  }
  const server = await embeddedPostgres({
    settings: {
      ssl: "on",
      ssl_cert_file: join(folder, "server.crt"),
      ssl_key_file: join(folder, "server.key"),
      hba_file: join(folder, "pg_hba.conf"),
    },
  }).start();
  onTestFinished(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });
  return server.url;
}

/** The same server under `mode` and another name, and whether the session is encrypted. */
async function isEncrypted(url: string, mode: string | undefined, more: Record<string, string> = {}) {
  const named = new URL(url);
  if (mode !== undefined) named.searchParams.set("sslmode", mode);
  for (const [name, value] of Object.entries(more)) {
    if (name === "hostname") named.hostname = value;
    else named.searchParams.set(name, value);
  }
  const { rows } = await withClient(completeUrl(named.href, { HOME: "/nowhere" }), (client) =>
    client.query("SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()"),
  );
  return rows[0].ssl;
}

test("each sslmode encrypts, and asks for certificates, as psql does", async () => {
  const url = await startTlsServer("host");
  expect(await isEncrypted(url, undefined)).toBe(true);
  expect(await isEncrypted(url, "prefer")).toBe(true);
  expect(await isEncrypted(url, "allow")).toBe(false);
  expect(await isEncrypted(url, "disable")).toBe(false);
  expect(await isEncrypted(url, "require")).toBe(true);
  // Signed by nobody who is known.
  await expect(isEncrypted(url, "verify-full")).rejects.toMatchObject({ code: "CU904" });
  const known = { sslrootcert: CERTIFICATE };
  expect(await isEncrypted(url, "verify-ca", known)).toBe(true);
  expect(await isEncrypted(url, "require", known)).toBe(true);
  // The certificate is for localhost, and this is 127.0.0.1.
  await expect(isEncrypted(url, "verify-full", known)).rejects.toMatchObject({ code: "CU904" });
  expect(await isEncrypted(url, "verify-full", { ...known, hostname: "localhost" })).toBe(true);
});

test("prefer and allow take the other way where the server admits only that", async () => {
  const encryptedOnly = await startTlsServer("hostssl");
  expect(await isEncrypted(encryptedOnly, undefined)).toBe(true);
  expect(await isEncrypted(encryptedOnly, "allow")).toBe(true);
  await expect(isEncrypted(encryptedOnly, "disable")).rejects.toMatchObject({ code: "CU902" });
  const plainOnly = await startTlsServer("hostnossl");
  expect(await isEncrypted(plainOnly, undefined)).toBe(false);
  expect(await isEncrypted(plainOnly, "prefer")).toBe(false);
  await expect(isEncrypted(plainOnly, "require")).rejects.toMatchObject({ code: "CU902" });
});
