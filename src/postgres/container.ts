import { withClient } from "../db.ts";
import { CutoverError, messageOf } from "../errors.ts";
import type { PostgresProvider } from "./provider.ts";
import { serverVersion } from "./server-version.ts";

export interface ContainerOptions {
  /** Image to run. Default: PG_CUTOVER_IMAGE, or the Postgres that the embedded provider has too. */
  readonly image?: string | undefined;
}

const DEFAULT_IMAGE = "postgres:18";

/** A throw-away server in a container, by testcontainers, which is loaded only when it is asked for. */
export function containerPostgres(options: ContainerOptions = {}): PostgresProvider {
  return {
    name: "container",
    async start() {
      const image = options.image ?? process.env.PG_CUTOVER_IMAGE ?? DEFAULT_IMAGE;
      const { PostgreSqlContainer } = await loadTestcontainers();
      const container = await new PostgreSqlContainer(image).start().catch((error: unknown) => {
        throw startError(image, error);
      });
      const url = container.getConnectionUri();
      let stopped: Promise<unknown> | undefined;
      return {
        url,
        version: await withClient(url, serverVersion),
        stop: async () => {
          stopped ??= container.stop();
          await stopped;
        },
      };
    },
  };
}

async function loadTestcontainers() {
  try {
    return await import("@testcontainers/postgresql");
  } catch (error) {
    throw new CutoverError({
      code: "CU911",
      message: `a Postgres container was asked for, but testcontainers cannot be loaded: ${messageOf(error)}`,
      hint: "Run npm install --save-dev testcontainers @testcontainers/postgresql, with Node 22.22 or later.",
      cause: error,
    });
  }
}

function startError(image: string, error: unknown): CutoverError {
  // testcontainers throws a plain Error here, so its text is all there is to go by.
  const noRuntime = /container runtime/i.test(messageOf(error));
  return new CutoverError({
    code: noRuntime ? "CU912" : "CU913",
    message: noRuntime
      ? "a Postgres container was asked for, but no container daemon answers here"
      : `the Postgres container of image ${image} did not start: ${messageOf(error)}`,
    hint: noRuntime
      ? "Start Docker or Podman (see DOCKER_HOST), or set PG_CUTOVER_POSTGRES=embedded, which needs no daemon."
      : "Read the reason above; PG_CUTOVER_IMAGE chooses another image.",
    cause: error,
  });
}
