import type { LintRule } from "../rule.ts";

/** What `cutover new` guesses from names has the right form, and nothing else is known about it. */
export const draftIsDecided: LintRule = {
  name: "draft-is-decided",
  check: ({ definition, configFile }) =>
    definition.draft === undefined
      ? []
      : [
          {
            file: configFile,
            message: `this definition says of itself that it is a draft: ${definition.draft}`,
            help: 'Go through its units, keys and mappings; then delete "draft" from cutover.json.',
          },
        ],
};
