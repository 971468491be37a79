import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A network between a client and a database that can stop carrying anything, without either side being told. */
export interface Proxy {
  /** The database's URL, by way of the proxy. */
  readonly url: string;
  /** Carries nothing any more: what is sent is kept, new connections are accepted and not answered. */
  cut(): void;
  /** Carries again, what was kept included. */
  restore(): void;
}

/**
 * Puts a proxy in front of the database of this URL; it goes with the test.
 *
 * @param delayMs how long everything is on its way, default no time at all
 */
export async function createProxy(url: string, delayMs = 0): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const untold: (() => void)[] = [];
  let cut = false;
  // Nor is one side told that the other has gone.
  const tell = (news: () => void) => (cut ? untold.push(news) : news());
  const server = createServer({ pauseOnConnect: true }, (client) => {
    const database = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => {
        if (delayMs === 0) to.write(chunk);
        else setTimeout(() => to.write(chunk), delayMs);
      });
      from.on("end", () => tell(() => to.end()));
      // Its close comes after it.
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        tell(() => to.destroy());
      });
      if (cut) from.pause();
      else from.resume();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(port) }).href,
    cut() {
      cut = true;
      for (const socket of sockets) socket.pause();
    },
    restore() {
      cut = false;
      for (const news of untold.splice(0)) news();
      for (const socket of sockets) socket.resume();
    },
  };
}
