import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CutoverError, EXIT, messageOf } from "../errors.ts";
import type { WorkerHealth } from "./worker.ts";

export interface HealthServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1: whoever wants it seen from outside says so. */
  readonly host?: string | undefined;
}

/** A server that answers `GET /health`. */
export interface HealthServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers `GET /health` with a worker's health as JSON: 200 while it runs and the database answers, 503 otherwise.
 *
 * @throws CutoverError CU313 when the port cannot be listened on
 */
export async function serveHealth(
  health: () => WorkerHealth,
  options: HealthServerOptions,
): Promise<HealthServer> {
  const host = options.host ?? "127.0.0.1";
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(request.method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
    };
    if (request.url?.split("?")[0] !== "/health") return answer(404, { ok: false, error: "not found" });
    if (request.method !== "GET" && request.method !== "HEAD")
      return answer(405, { ok: false, error: "only GET" });
    const found = health();
    const ok = found.state === "running";
    answer(ok ? 200 : 503, { ok, ...found });
  });
  try {
    server.listen(options.port, host);
    await once(server, "listening");
  } catch (error) {
    throw new CutoverError({
      code: "CU313",
      message: `the worker cannot answer on ${host}:${options.port}: ${messageOf(error)}`,
      hint: "Choose another --health-port or --health-host.",
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => undefined);
    },
  };
}
