import { CutoverError } from "../errors.ts";

/** What a job throws that ends before its work does: the queue gives it to another worker. */
export function handedBack(job: string): CutoverError {
  return new CutoverError({
    code: "CU311",
    message: `job ${job} was handed back by a worker that stopped`,
    hint: "Nothing to do: the next free worker takes it up.",
  });
}

export function isHandedBack(error: unknown): boolean {
  return error instanceof CutoverError && error.code === "CU311";
}
