import pg from "pg";

/** What was found out of a URL stays true for a process. */
const settled = new Map<string, Promise<string>>();

/**
 * Decides for a URL with `sslmode=prefer` or `allow`, or without one, what psql decides while it connects: encrypted where the
 * server can, else not; and the other way where the server admits only that. node-postgres itself encrypts only when it is told to,
 * and then insists. Every other URL comes back as it is.
 */
export function settleEncryption(url: string): Promise<string> {
  const found = settled.get(url);
  if (found !== undefined) return found;
  const asked = decide(url).catch(() => url);
  settled.set(url, asked);
  return asked;
}

async function decide(url: string): Promise<string> {
  const parsed = new URL(url);
  const get = (name: string) => parsed.searchParams.get(name);
  const mode = get("sslmode") ?? process.env.PGSSLMODE ?? "prefer";
  if (!/^(prefer|allow)$/.test(mode) || get("ssl") !== null || get("uselibpqcompat") !== null) return url;
  const isSocket = (get("host") ?? parsed.hostname).startsWith("/") || parsed.hostname.startsWith("%2F");
  const plain = withParameters(parsed, { sslmode: "disable" });
  if (isSocket) return plain;
  const encrypted = withParameters(parsed, { sslmode: "require", uselibpqcompat: "true", sslrootcert: "" });
  const [first, second] = mode === "allow" ? [plain, encrypted] : [encrypted, plain];
  const answer = await knock(first);
  if (answer === "lost") settled.delete(url);
  if (answer === "no encryption") return plain;
  if (answer !== "turned away") return first;
  // Whoever is turned away both times hears why from the way that is tried first.
  return (await knock(second)) === "let in" ? second : first;
}

/** Logs in and out. "turned away": not in this way; a wrong password is no question of encryption. */
async function knock(url: string): Promise<"let in" | "turned away" | "no encryption" | "lost"> {
  const client = new pg.Client({ connectionString: url, application_name: "pg-cutover" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return "let in";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (/^E(CONNREFUSED|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH|NETUNREACH)$/.test(code)) return "lost";
    if (error instanceof Error && /does not support SSL/.test(error.message)) return "no encryption";
    const known = /^[0-9A-Z]{5}$/.test(code) && code !== "28000";
    return known ? "let in" : "turned away";
  } finally {
    hangUp(client);
  }
}

/**
 * Ends a session that may not have come about. pg waits for the server's goodbye, which never comes when the login failed on our
 * side (no password where one is asked for), and an open socket keeps the process.
 */
export function hangUp(client: pg.Client): void {
  void client.end().catch(() => undefined);
  const { connection } = client as unknown as {
    connection?: { stream?: { destroySoon?(): void; destroy(): void } };
  };
  if (connection?.stream?.destroySoon) connection.stream.destroySoon();
  else connection?.stream?.destroy();
}

function withParameters(url: URL, parameters: Readonly<Record<string, string>>): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === "") changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed.href;
}
