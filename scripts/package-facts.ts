import { readdir, readFile, stat } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";

/** The packages that the JavaScript below a folder imports, in alphabetical order; Node's own are left out. */
export async function importedPackages(folder: string): Promise<string[]> {
  const names = new Set<string>();
  for (const file of await filesBelow(folder)) {
    if (!file.endsWith(".js")) continue;
    const text = await readFile(file, "utf8");
    const specifiers = text.matchAll(
      /^(?:import|export)\s[^;"']*?\bfrom\s+["']([^"']+)["']|^import\s+["']([^"']+)["']|\b(?:import|resolve)\(["']([^"']+)["']\)/gm,
    );
    for (const [, from, bare, dynamic] of specifiers) {
      const specifier = from ?? bare ?? dynamic ?? "";
      if (/^[./]/.test(specifier) || isBuiltin(specifier)) continue;
      names.add(
        specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/"),
      );
    }
  }
  return [...names].sort();
}

/** How much an installation has brought: packages, bytes, and which of them are the largest. */
export async function installedTree(nodeModules: string): Promise<{
  readonly packages: number;
  readonly bytes: number;
  readonly largest: readonly { readonly name: string; readonly bytes: number }[];
}> {
  const sizes = new Map<string, number>();
  let packages = 0;
  for (const file of await filesBelow(nodeModules)) {
    const path = relative(nodeModules, file);
    if (/(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(`node_modules/${path}`)) packages += 1;
    const name = /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
    sizes.set(name, (sizes.get(name) ?? 0) + (await stat(file)).size);
  }
  const all = [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { packages, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0), largest: all.slice(0, 5) };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
