/** Asks until the answer is yes, and resolves with it; whoever asks has the test's own time limit. */
export async function untilTrue<T>(ask: () => Promise<T | undefined | false | null>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
