import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import pg from "pg";
import { onTestFinished } from "vitest";

/**
 * A pooler in front of a real Postgres that speaks as much of the protocol as it takes: it logs in to Postgres by itself,
 * welcomes clients by itself, and hands a backend to a client for one transaction (until ReadyForQuery says "idle"), or, in
 * session mode, for good. What the two say to each other passes unread.
 *
 * @param size how many backends there are at most
 */
export async function startPooler(
  url: string,
  mode: "transaction" | "session",
  size: number,
): Promise<{ readonly url: string }> {
  const pool = new Backends(url, size);
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on("error", () => undefined);
    serve(client, pool, mode);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    pool.close();
    server.close();
  });
  return { url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(portOf(server)) }).href };
}

/** Sessions of Postgres' own, lent out; the one used last goes first, as in pgbouncer. */
class Backends {
  private readonly idle: Socket[] = [];
  private readonly waiting: ((backend: Socket) => void)[] = [];
  private readonly all: Socket[] = [];
  private readonly url: string;
  private readonly size: number;
  private opened = 0;

  constructor(url: string, size: number) {
    this.url = url;
    this.size = size;
  }

  async take(): Promise<Socket> {
    const found = this.idle.pop();
    if (found !== undefined) return found;
    if (this.opened === this.size) return new Promise((resolve) => this.waiting.push(resolve));
    this.opened += 1;
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    // pg knows how to log in; from here on the socket is ours.
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.removeAllListeners();
    stream.on("error", () => undefined);
    this.all.push(stream);
    return stream;
  }

  give(backend: Socket): void {
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(backend);
    else next(backend);
  }

  close(): void {
    for (const backend of this.all) backend.destroy();
  }
}

function serve(client: Socket, pool: Backends, mode: "transaction" | "session"): void {
  let backend: Promise<Socket> | undefined;
  let welcomed = false;
  const lend = async (): Promise<Socket> => {
    const lent = await pool.take();
    onMessages(lent, 1, (message) => {
      client.write(message);
      if (mode === "transaction" && isReadyAndIdle(message)) {
        lent.removeAllListeners("data");
        backend = undefined;
        pool.give(lent);
      }
      return 1;
    });
    return lent;
  };
  onMessages(client, 0, (message) => {
    if (!welcomed) {
      // A request for encryption is refused; who asks to come in is let in without a question.
      welcomed = message.readInt32BE(4) !== SSL_REQUEST;
      client.write(welcomed ? WELCOME : "N");
      return welcomed ? 1 : 0;
    }
    if (message[0] === code("X")) client.end();
    else {
      backend ??= lend();
      void backend.then((lent) => lent.write(message));
    }
    return 1;
  });
}

/**
 * Cuts what comes from a socket into the protocol's messages.
 *
 * @param typeLength of the first message: 0 for a client's start-up message, else 1; what `use` returns is that of the next
 */
function onMessages(socket: Socket, typeLength: 0 | 1, use: (message: Buffer) => 0 | 1): void {
  let rest = Buffer.alloc(0);
  let next: 0 | 1 = typeLength;
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= next + 4 && rest.length >= next + rest.readInt32BE(next)) {
      const length = next + rest.readInt32BE(next);
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      next = use(message);
    }
  });
}

const SSL_REQUEST = 80877103;
const code = (letter: string) => letter.charCodeAt(0);
const isReadyAndIdle = (message: Buffer) => message[0] === code("Z") && message[5] === code("I");

/** AuthenticationOk, a backend key that opens nothing, and ReadyForQuery. */
const WELCOME = Buffer.from([
  ...[code("R"), 0, 0, 0, 8, 0, 0, 0, 0],
  ...[code("K"), 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1],
  ...[code("Z"), 0, 0, 0, 5, code("I")],
]);

const portOf = (server: Server) => (server.address() as { port: number }).port;
