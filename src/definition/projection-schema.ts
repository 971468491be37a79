import { z } from "zod";
import { configSchema } from "./config-schema.ts";

const cutover = configSchema.shape;
const table = cutover.new.valueType.shape;

/** The form of `projection.json`: that of a cutover, without a way back. Published as JSON schema for editors. */
export const projectionSchema = z.strictObject({
  $schema: z.string().optional(),
  name: cutover.name.describe("the projection's name, which is also its folder's, and no cutover's"),
  units: cutover.units.shape.forward.describe("kinds of units, coarse first: what is recomputed together"),
  reads: z
    .record(
      z.string().min(1).max(63),
      z.strictObject({
        schema: table.schema,
        key: table.key,
        feeds: table.feeds.describe("the units that a row is read for"),
      }),
    )
    .describe("the tables that the SELECTs read; they stay as they are, and writable"),
  tables: z
    .record(
      z.string().min(1).max(63),
      z.strictObject({
        schema: table.schema,
        key: table.key,
        unit: z
          .record(z.string(), z.array(z.string().min(1)).min(1))
          .describe("the unit that a row belongs to"),
        keep: table.keep,
        insertOnly: table.insertOnly,
        triggers: table.triggers,
      }),
    )
    .describe("the tables that are kept true, each by the SELECT of its name"),
  sync: cutover.sync,
});

export type ProjectionConfig = z.output<typeof projectionSchema>;
