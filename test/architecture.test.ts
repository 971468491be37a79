import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../scripts/run-node.ts";

/**
 * Which part of src/ may import which. A part is a folder of src/ or a file right in it. What is not named here is
 * refused: a new part says here what it stands on.
 */
const ARROWS: Record<string, readonly string[] | "everything"> = {
  // Anybody's.
  errors: [],
  log: ["errors"],
  config: ["errors"],
  connection: ["errors"],
  db: ["errors", "log", "connection"],
  postgres: ["errors", "log", "db"],
  generated: [],
  // From files to SQL text.
  definition: ["errors"],
  catalog: ["errors", "db", "generated", "definition"],
  lint: ["errors", "definition", "catalog"],
  compiler: ["errors", "definition", "catalog"],
  project: [
    "errors",
    "log",
    "config",
    "connection",
    "db",
    "postgres",
    "definition",
    "catalog",
    "lint",
    "compiler",
  ],
  // From SQL in the database to moves. It reaches compiled functions through the core schema, not through the compiler: a
  // database that an older release compiled still runs.
  engine: ["errors", "log", "config", "db", "generated"],
  migrate: [
    "errors",
    "log",
    "config",
    "connection",
    "db",
    "generated",
    "definition",
    "lint",
    "project",
    "engine",
  ],
  requests: ["errors", "log", "db", "generated"],
  routes: ["errors", "log", "db", "generated"],
  jobs: ["errors", "log", "config", "connection", "db", "generated", "engine", "requests"],
  dashboard: ["errors", "log", "config", "db", "generated"],
  // The two doors.
  index: "everything",
  cli: "everything",
};

/** What may be used for its types only, or not at all. */
const PURE = {
  /** Same input, same text: no clock, no disk, no database. */
  parts: ["compiler", "lint"],
  refused: /^(pg|pg-boss|pino|node:(fs|fs\/promises|child_process|net|http|os|timers.*|worker_threads))$/,
};

/** Words of the four systems in examples/: the toolkit knows none of them. */
const EXAMPLE_WORDS =
  /habit|child_?name|consensus|electricity|meter_?reading|kwh|tariff|token_?event|scoring|assessment|question(naire|_set)/i;

const MAX_LINES = 300;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** What is not written by hand: installed, built, or left by a tool (hidden folders, save the one that CI runs from). */
const NOT_WRITTEN =
  /^(node_modules|dist|coverage|\.(?!ci$|gitignore$|gitattributes$|gmrc$|npmrc$).*|.*\.log|.*\.tgz)$/;

/** Every file of the repository, as a path from its root. */
const FILES = walk(ROOT).map((path) => relative(ROOT, path).replaceAll("\\", "/"));
const SOURCES = FILES.filter((path) => path.startsWith("src/") && path.endsWith(".ts"));
const WRITTEN = SOURCES.filter((path) => !path.startsWith("src/generated/"));

const read = (path: string) => readFile(join(ROOT, path), "utf8");

async function importsOf(path: string): Promise<Import[]> {
  const text = await read(path);
  const statements = text.matchAll(
    /^(?:import|export)\s+(?:(type\s)?[^;"]*?\bfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...statements].map(([, type, from, dynamic]) => ({
    specifier: from ?? dynamic ?? "",
    typeOnly: type !== undefined,
  }));
}

/** The part of src/ that a file belongs to. */
function partOf(path: string): string {
  return (
    path
      .replace(/^src\//, "")
      .replace(/\.ts$/, "")
      .split("/")[0] ?? ""
  );
}

async function findings(
  find: (path: string) => Promise<string[]>,
  paths: readonly string[],
): Promise<string[]> {
  return (await Promise.all(paths.map(find))).flat();
}

describe("the parts of src/", () => {
  test("import only what the arrows allow", async () => {
    const wrong = await findings(async (path) => {
      const part = partOf(path);
      const allowed = ARROWS[part];
      if (allowed === undefined) return [`${path}: ${part} is not in ARROWS of test/architecture.test.ts`];
      const targets = (await importsOf(path))
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => relative(ROOT, resolve(ROOT, dirname(path), specifier)));
      return targets
        .filter((target) => !target.startsWith("src/") || !mayImport(part, partOf(target)))
        .map((target) => `${path} imports ${target}`);
    }, SOURCES);
    expect(wrong).toEqual([]);
  });

  test("import each other in one direction", () => {
    const visit = (part: string, path: readonly string[]): string[] => {
      if (path.includes(part)) return [[...path, part].join(" → ")];
      const next = ARROWS[part];
      return Array.isArray(next) ? next.flatMap((to) => visit(to, [...path, part])) : [];
    };
    expect(Object.keys(ARROWS).flatMap((part) => visit(part, []))).toEqual([]);
  });

  test("compile and lint the same input to the same text: no clock, no disk, no database", async () => {
    const wrong = await findings(
      async (path) => {
        const refused = (await importsOf(path)).filter(
          ({ specifier, typeOnly }) =>
            !typeOnly && (PURE.refused.test(specifier) || /catalog\/(?!types)/.test(specifier)),
        );
        const clock = /\b(Date\.now|new Date\(\)|Math\.random|randomUUID|process\.env)\b/.exec(
          await read(path),
        );
        return [
          ...refused.map(({ specifier }) => `${path} imports ${specifier}`),
          ...(clock ? [`${path} uses ${clock[0]}`] : []),
        ];
      },
      WRITTEN.filter((path) => PURE.parts.includes(partOf(path))),
    );
    expect(wrong).toEqual([]);
  });

  test("hold one concept a file", async () => {
    const lengths = await findings(async (path) => {
      const lines = (await read(path)).split("\n").length - 1;
      return lines > MAX_LINES ? [`${path} has ${lines} lines`] : [];
    }, WRITTEN);
    expect(lengths).toEqual([]);
  });
});

test("the toolkit knows no word of the example systems", async () => {
  const paths = FILES.filter((path) => /^(src|migrations)\//.test(path));
  const wrong = await findings(async (path) => {
    // What pg-boss says in its own schema is not ours to choose.
    const text = (await read(path)).replaceAll(/\$pg_boss\$[\s\S]*?\$pg_boss\$/g, "");
    const word = EXAMPLE_WORDS.exec(text);
    return word ? [`${path} says "${word[0]}"`] : [];
  }, paths);
  expect(wrong).toEqual([]);
});

test("no file knows where it was written", async () => {
  const wrong = await findings(
    async (path) => {
      const text = await read(path);
      const home = /\/(home|Users)\/[a-z][\w.-]*\//.exec(text);
      const lock = path === "package-lock.json" ? /"resolved": "https?:[^"]*"/.exec(text) : null;
      return [
        ...(text.includes(`${ROOT}`) ? [`${path} names this checkout's folder`] : []),
        ...(home ? [`${path} names ${home[0]}`] : []),
        ...(lock ? [`${path} names a registry: ${lock[0]}`] : []),
      ];
    },
    FILES.filter((path) => !/\.(png|jpg|gif|ico|woff2?)$/.test(path)),
  );
  expect(wrong).toEqual([]);
});

test("the published package asks for exact versions, and for nothing that only this repository needs", async () => {
  const manifest = JSON.parse(await read("package.json"));
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([]);
  expect(manifest.optionalDependencies).toBeUndefined();
  expect(
    Object.keys(manifest.dependencies).filter((name) => /embedded|testcontainers|^node/.test(name)),
  ).toEqual([]);
  const imported = new Set(
    (await Promise.all(SOURCES.map(importsOf)))
      .flat()
      .filter(({ specifier, typeOnly }) => !typeOnly && !/^(\.|node:)/.test(specifier))
      .map(({ specifier }) =>
        specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/"),
      ),
  );
  // Loaded only when a container is asked for, with an error that says how to install it.
  imported.delete("@testcontainers/postgresql");
  expect([...imported].filter((name) => !(name in manifest.dependencies))).toEqual([]);
});

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !NOT_WRITTEN.test(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return walk(path);
      return entry.isFile() ? [path] : [];
    });
}

function mayImport(from: string, to: string): boolean {
  const allowed = ARROWS[from];
  if (to === "cli" || to === "index") return from === to;
  return from === to || allowed === "everything" || (allowed?.includes(to) ?? false);
}
