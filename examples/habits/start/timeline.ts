import pc from "picocolors";

/** Prints what happens as it happens, with the time since the start. */
export class Timeline {
  readonly #startedAt = performance.now();
  readonly #out: NodeJS.WriteStream;

  constructor(json: boolean) {
    this.#out = json ? process.stderr : process.stdout;
  }

  /** A chapter of the story. */
  chapter(text: string): void {
    this.#out.write(`\n${pc.bold(text)}\n`);
  }

  /** Something that happened. */
  say(text: string, detail = ""): void {
    this.#line(pc.dim("·"), text, detail);
  }

  good(text: string, detail = ""): void {
    this.#line(pc.green("✓"), text, detail);
  }

  bad(text: string, detail = ""): void {
    this.#line(pc.red("✗"), pc.red(text), detail);
  }

  #line(mark: string, text: string, detail: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1).padStart(6);
    this.#out.write(
      `${pc.dim(`${seconds}s`)} ${mark} ${text}${detail === "" ? "" : pc.dim(`  ${detail}`)}\n`,
    );
  }
}

/** `1,234`. */
export const count = (value: number): string => value.toLocaleString("en-US");
