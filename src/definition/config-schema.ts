import { z } from "zod";

const identifier = z.string().min(1).max(63);
const expressions = z.array(z.string().min(1)).min(1);
const unitColumns = z.record(identifier, z.string().min(1)).describe("column: type");
const kinds = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/), unitColumns);

const feed = z.union([
  expressions.describe("the row feeds exactly one unit: one SQL expression per unit column"),
  z
    .strictObject({
      units: z.string().min(1).describe("a SELECT with the row in scope that yields the unit's columns"),
      rows: z.string().min(1).describe("a condition over the row and the unit that an index serves"),
      immutable: z
        .string()
        .min(1)
        .optional()
        .describe("when units are found through another table: why that path never changes"),
    })
    .describe("the row feeds several units, or the look-up needs its own words"),
]);

const table = z.strictObject({
  schema: identifier.default("public"),
  key: z.array(identifier).min(1).describe("the columns that identify a row"),
  unit: z
    .record(z.string(), expressions)
    .optional()
    .describe("the unit of the own side that a row belongs to"),
  feeds: z
    .record(z.string(), feed)
    .default({})
    .describe("the units of the other side that a row is read for"),
  keep: z
    .array(identifier)
    .default([])
    .describe("columns that no mapping yields and that stay where they are"),
  insertOnly: z.array(identifier).default([]).describe("mapped columns that are left alone after the insert"),
  lost: z.record(identifier, z.string().min(1)).default({}).describe("column: why nobody wants it back"),
  kept: z.boolean().default(false).describe("only sync ever writes this table"),
  triggers: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe("BEFORE triggers of the application: name: why they do not change what a mapping yields"),
  rules: z
    .record(z.string(), z.array(z.string()))
    .default({})
    .describe(
      "reason: the kinds of units that the rule of this name applies to; default all that the table feeds",
    ),
});

const sync = z
  .strictObject({
    mode: z.enum(["commit", "queued"]).default("commit"),
    maxUnits: z.int().positive().default(1000).describe("units worked off at one commit; more stay pending"),
    budgetMs: z
      .int()
      .positive()
      .default(100)
      .describe(
        "milliseconds of work at one commit; the rest stays pending, and all of it while both sides are written",
      ),
  })
  .prefault({});

const gates = z
  .strictObject({
    drift: z.int().nonnegative().default(0).describe("drifted units that a gate lets pass"),
    verifyMaxAgeHours: z.int().positive().default(24).describe("how old a verify may be, in hours"),
    viewsFresh: z
      .array(z.string().regex(/.\../, "a view's name with its schema"))
      .min(1)
      .optional()
      .describe("registered materialized views that have to be fresh, from reads_switched on"),
  })
  .prefault({});

const context = z.strictObject({
  schema: identifier.default("public"),
  key: z.array(identifier).default([]),
  frozen: z.boolean().default(false).describe("a change is refused while the cutover lives"),
  feeds: z.record(z.string(), feed).default({}),
});

/** The form of `cutover.json`. Published as JSON schema for editors. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, "lower case letters, digits and _, at most 41 characters")
    .describe("the cutover's name, which is also its folder's"),
  draft: z
    .string()
    .min(1)
    .optional()
    .describe("what is still to be decided; lint and compile refuse a draft"),
  irreversible: z.string().min(1).optional().describe("why there is no way back"),
  units: z.strictObject({ forward: kinds, reverse: kinds.default({}) }),
  legacy: z.record(identifier, table),
  new: z.record(identifier, table),
  context: z.record(identifier, context).default({}),
  sync,
  gates,
});

export type Config = z.output<typeof configSchema>;
