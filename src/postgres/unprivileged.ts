import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { CutoverError } from "../errors.ts";

/** The system user that runs Postgres for us. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root, so root needs somebody to run it as: `postgres` if there is one, else `nobody`, else
 * any user of this machine (initdb wants its user to have a name). Undefined when we are not root: run it as ourselves.
 */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readPasswd();
  const user = users.find((u) => u.name === "postgres") ?? users.find((u) => u.name === "nobody") ?? users[0];
  if (user) return user;
  throw new CutoverError({
    code: "CU914",
    message: "Postgres does not run as root, and this machine has no other user to run it as",
    hint: "Create one (useradd postgres), or run as another user than root.",
  });
}

function readPasswd() {
  let text = "";
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => user.name && user.uid > 0 && Number.isInteger(user.gid));
}

/** Whether a user with no rights of its own can walk into this directory: every parent lets others through. */
export function reachableByAll(directory: string): boolean {
  for (let at = directory; ; at = dirname(at)) {
    try {
      if ((statSync(at).mode & 0o001) === 0) return false;
    } catch {
      return false;
    }
    if (at === dirname(at)) return true;
  }
}
