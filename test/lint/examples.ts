import { inject } from "vitest";
import type { Example } from "./lint-example.ts";

const VIRTUAL = "ALTER TABLE public.memo ADD loud text GENERATED ALWAYS AS (title || '!')";

/** Per rule: definitions that break it, and such that look alike and do not. */
export const examples: Readonly<Record<string, { fails: readonly Example[]; passes: readonly Example[] }>> = {
  "table-kind": {
    fails: [
      { sql: "ALTER TABLE public.note SET UNLOGGED", says: "public.note is unlogged" },
      {
        sql: "DROP TABLE public.memo; CREATE TABLE public.memo (id bigint PRIMARY KEY, title text NOT NULL, body text, seen_at timestamptz) PARTITION BY RANGE (id)",
        says: "public.memo is partitioned",
      },
      { sql: "CREATE TABLE public.child () INHERITS (public.memo)", says: "a part of an inheritance" },
      {
        sql: "ALTER TABLE public.memo RENAME TO memos; CREATE VIEW public.memo AS SELECT * FROM public.memos",
        says: "public.memo is a view",
      },
    ],
    passes: [{ sql: "CREATE VIEW public.memos AS SELECT * FROM public.memo" }],
  },
  "forced-row-security": {
    fails: [
      {
        asOwner: true,
        sql: "ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        says: "public.memo has row security that is forced on its owner",
      },
    ],
    passes: [{ asOwner: true, sql: "ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY" }],
  },
  "key-is-not-null-and-unique": {
    fails: [
      {
        sql: "ALTER TABLE public.note DROP CONSTRAINT note_pkey; ALTER TABLE public.note ALTER note_id DROP NOT NULL",
        says: 'the key column "note_id" may be NULL',
      },
      {
        sql: "ALTER TABLE public.note DROP CONSTRAINT note_pkey",
        says: "no unique index covers the key (note_id)",
      },
      {
        sql: "ALTER TABLE public.note DROP CONSTRAINT note_pkey; CREATE UNIQUE INDEX ON public.note (note_id) WHERE note_id > 0",
        says: "no unique index covers the key",
      },
    ],
    passes: [
      {
        sql: "ALTER TABLE public.note DROP CONSTRAINT note_pkey; CREATE UNIQUE INDEX ON public.note (note_id)",
      },
    ],
  },
  "keys-have-one-spelling": {
    fails: [
      {
        sql: "ALTER TABLE public.memo ALTER COLUMN id TYPE numeric",
        says: 'legacy.memo: of the key column "id" (numeric) two spellings can be equal',
        at: "cutover.json",
      },
      {
        sql: `CREATE COLLATION public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
              ALTER TABLE public.note ALTER COLUMN note_id TYPE text COLLATE public.any_case`,
        forward: "SELECT id::text AS note_id, title AS heading, body AS text FROM memo",
        says: 'new.note: of the key column "note_id" (text) two spellings can be equal',
      },
      {
        config: (config) => {
          config.units.forward.note.note_id = "double precision";
        },
        says: 'units.forward.note: two spellings of "note_id" (double precision) can be equal',
      },
    ],
    passes: [
      {
        sql: "ALTER TABLE public.memo ALTER COLUMN id TYPE numeric(20, 0); ALTER TABLE public.note ALTER COLUMN note_id TYPE numeric(20, 0)",
        config: (config) => {
          config.units.forward.note.note_id = "numeric(20, 0)";
          config.units.reverse.memo.id = "numeric(20, 0)";
        },
      },
    ],
  },
  "one-select": {
    fails: [
      { forward: "SELECT 1;\nSELECT 2", says: "there are 2 statements" },
      { forward: "DELETE FROM memo", says: "DELETE is not a SELECT", at: "forward/note.sql:1:1" },
      { forward: "SELECT id AS note_id\nFORM memo", says: "syntax error", at: "forward/note.sql:2:1" },
      {
        forward: "SELECT id AS note_id, 'ä' AS heading,\n  body AS text FROM memo FOR UPDATE",
        says: "a locking clause",
        at: "forward/note.sql:2:26",
      },
      {
        forward: "SELECT id AS note_id, title AS heading, body AS text FROM memo TABLESAMPLE SYSTEM (10)",
        says: "TABLESAMPLE picks rows by chance",
      },
      {
        forward:
          "WITH gone AS (DELETE FROM memo RETURNING *) SELECT id AS note_id, title AS heading, body AS text FROM gone",
        says: 'the CTE "gone" writes',
      },
      {
        forward: "SELECT id AS note_id, title AS heading, body AS text INTO x FROM memo",
        says: "SELECT INTO makes a table",
      },
      {
        config: ({ legacy }) => {
          legacy.memo.unit.memo = ["id; DROP TABLE memo"];
        },
        says: "legacy.memo.unit: there are 2 statements",
      },
    ],
    passes: [
      {
        forward:
          "-- all of them\nWITH titled AS (SELECT * FROM memo)\nSELECT id AS note_id, title AS heading, body AS text FROM titled\nUNION ALL SELECT id, title, body FROM memo WHERE false;\n",
      },
    ],
  },
  "no-schema-qualified-table": {
    fails: [
      {
        forward: "SELECT id AS note_id, 'é' AS heading, body AS text\nFROM public.memo",
        says: "public.memo names a schema",
        at: "forward/note.sql:2:6",
      },
      {
        forward: "SELECT public.memo.id AS note_id, title AS heading, body AS text FROM memo",
        says: "public.memo.id names a schema",
      },
    ],
    passes: [
      { forward: "SELECT memo.id AS note_id, pg_catalog.lower(title) AS heading, body AS text FROM memo" },
    ],
  },
  "no-own-name-shadow": {
    fails: [
      {
        forward:
          "WITH memo AS (SELECT * FROM memo WHERE title <> '')\nSELECT id AS note_id, title AS heading, body AS text FROM memo",
        says: 'the CTE "memo" has the name of a table',
        at: "forward/note.sql:1:6",
      },
      {
        forward:
          "WITH RECURSIVE note AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM note WHERE n < 3) SELECT id AS note_id, title AS heading, body AS text FROM memo",
        says: 'the CTE "note" has the name of a table',
      },
    ],
    passes: [
      {
        forward:
          "WITH RECURSIVE digits AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM digits WHERE n < 3) SELECT memo.id AS note_id, title AS heading, body AS text FROM memo",
      },
    ],
  },
  "no-system-columns": {
    fails: [
      {
        forward:
          "SELECT DISTINCT ON (id) id AS note_id, title AS heading, body AS text FROM memo ORDER BY id, memo.ctid",
        says: "ctid is a system column",
        at: "forward/note.sql:1:94",
      },
    ],
    passes: [
      {
        forward:
          "SELECT DISTINCT ON (id) id AS note_id, title AS heading, body AS text FROM memo ORDER BY id, title",
      },
    ],
  },
  "no-clock-no-random": {
    fails: [
      {
        forward: "SELECT id AS note_id, now()::text AS heading, body AS text FROM memo",
        says: "now() depends on the moment",
      },
      {
        forward: "SELECT id AS note_id, current_date::text AS heading, body AS text FROM memo",
        says: "current_date depends",
      },
      {
        forward: "SELECT id AS note_id, current_user::text AS heading, body AS text FROM memo",
        says: "current_user depends",
      },
      {
        forward: "SELECT id AS note_id, pg_catalog.random()::text AS heading, body AS text FROM memo",
        says: "random() is volatile",
        at: "forward/note.sql:1:23",
      },
      {
        forward: "SELECT id AS note_id, gen_random_uuid()::text AS heading, body AS text FROM memo",
        says: "gen_random_uuid() is volatile",
      },
      {
        sql: "CREATE SEQUENCE public.s",
        forward: "SELECT nextval('public.s') AS note_id, title AS heading, body AS text FROM memo",
        says: "nextval() is volatile",
      },
      {
        forward: "SELECT id AS note_id, txid_current()::text AS heading, body AS text FROM memo",
        says: "txid_current() depends on the moment",
      },
      {
        forward:
          "SELECT id AS note_id, query_to_xml('SELECT 1 FROM public.memo', true, true, '')::text AS heading, body AS text FROM memo",
        says: "query_to_xml() is volatile",
      },
      {
        forward:
          "SELECT id AS note_id, table_to_xml('public.memo', true, true, '')::text AS heading, body AS text FROM memo",
        says: "table_to_xml() depends",
      },
      {
        forward:
          "SELECT id AS note_id, current_setting('application_name') AS heading, body AS text FROM memo",
        says: "current_setting() depends",
      },
      {
        forward: "SELECT id AS note_id, age(seen_at)::text AS heading, body AS text FROM memo",
        says: "age() depends",
      },
      {
        forward: "SELECT id AS note_id, ('today'::date)::text AS heading, body AS text FROM memo",
        says: "'today'::date reads the clock",
      },
      {
        config: ({ legacy }) => {
          legacy.memo.feeds.note = ["id + extract(year FROM now())::bigint"];
        },
        says: "legacy.memo.feeds.note: now() depends",
      },
    ],
    passes: [
      {
        forward: `SELECT
  id AS note_id,
  concat_ws(' ', title, to_char(seen_at, 'YYYY'), date_trunc('week', seen_at), extract(year FROM seen_at), age(seen_at, seen_at)) AS heading,
  jsonb_build_object('body', coalesce(body, 'today'), 'at', seen_at AT TIME ZONE 'UTC', 'tsv', to_tsvector('simple', body))::text AS text
FROM memo`,
      },
    ],
  },
  "only-known-tables": {
    fails: [
      {
        forward:
          "SELECT id AS note_id, name AS heading, body AS text\nFROM memo JOIN currency ON code = body",
        says: "public.currency is not a table of this cutover",
        at: "forward/note.sql:2:16",
      },
      {
        sql: "CREATE VIEW public.memos AS SELECT * FROM public.memo",
        forward: "SELECT id AS note_id, title AS heading, body AS text FROM memos",
        says: "public.memos is not a table of this cutover",
      },
      {
        sql: "CREATE FUNCTION public.shout(text) RETURNS text LANGUAGE sql STABLE RETURN pg_catalog.upper($1)",
        forward: "SELECT id AS note_id, shout(title) AS heading, body AS text FROM memo",
        says: "the function public.shout is not immutable",
        at: "forward/note.sql:1:23",
      },
      {
        sql: "CREATE FUNCTION public.latest() RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN (SELECT max(title) FROM public.memo); END'",
        forward: "SELECT id AS note_id, latest() AS heading, body AS text FROM memo",
        says: "the function public.latest names a table of this cutover",
      },
      {
        forward:
          "SELECT memo.id AS note_id, title AS heading, note.text FROM memo LEFT JOIN note ON note_id = memo.id",
        says: "note is a table of the side that this mapping writes",
      },
      {
        config: (config) => {
          config.units.forward = { entry: { note_id: "bigint" } };
          config.new.note.unit = { entry: ["note_id"] };
          config.legacy.memo.feeds = {
            entry: { units: "SELECT length(code) FROM public.currency", rows: "memo.id = entry.note_id" },
          };
        },
        says: "public.currency is not a table of this cutover",
      },
    ],
    passes: [
      {
        sql: "CREATE FUNCTION public.shout(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN pg_catalog.upper($1)",
        forward:
          "SELECT id AS note_id, shout(title) AS heading, name AS text FROM memo JOIN currency ON code = body",
        config: (config) => {
          config.context = { currency: { frozen: true } };
        },
      },
    ],
  },
  "yields-known-columns": {
    fails: [
      {
        forward: "SELECT id AS note_id, title AS heading, body AS texte FROM memo",
        says: '"texte" is yielded, but public.note has no such column',
        at: "forward/note.sql",
      },
      {
        forward: "SELECT title AS heading, body AS text FROM memo",
        says: 'the key column "note_id" of public.note is not yielded',
      },
      {
        config: (config) => {
          config.new.note.insertOnly = ["created_at"];
        },
        says: '"created_at" is in insertOnly, but the mapping does not yield it',
      },
    ],
    passes: [
      {
        config: (config) => {
          config.new.note.insertOnly = ["heading"];
        },
      },
    ],
  },
  "every-column-accounted": {
    fails: [
      {
        config: (config) => {
          config.new.note.keep = [];
        },
        says: 'new.note: nothing is said of "created_at"',
      },
      {
        config: (config) => {
          config.new.note.keep.push("created");
        },
        says: '"created" is in keep, but the table has no such column',
      },
      {
        config: (config) => {
          config.new.note.keep.push("text");
        },
        says: '"text" is in keep, but the mapping yields it',
      },
      {
        config: (config) => {
          config.legacy.memo.lost = { seen_at: "nobody asked" };
        },
        says: '"seen_at" is in keep and in lost',
      },
    ],
    passes: [
      {
        config: (config) => {
          config.legacy.memo.keep = [];
          config.legacy.memo.lost = { seen_at: "nobody asked" };
        },
      },
    ],
  },
  "generated-columns-not-yielded": {
    fails: [
      {
        sql: "ALTER TABLE public.note ADD size integer GENERATED ALWAYS AS (length(heading)) STORED".replace(
          "length",
          "pg_catalog.length",
        ),
        forward: "SELECT id AS note_id, title AS heading, body AS text, 1 AS size FROM memo",
        says: '"size" is yielded, but public.note generates it',
      },
    ],
    passes: [
      {
        sql: "ALTER TABLE public.note ADD size integer GENERATED ALWAYS AS (pg_catalog.length(heading)) STORED",
        config: (config) => {
          config.new.note.keep.push("size");
        },
      },
    ],
  },
  "virtual-columns-not-read": {
    // Before PostgreSQL 18 there are none.
    fails:
      inject("postgresVersion") < 180000
        ? []
        : [
            {
              sql: `${VIRTUAL} VIRTUAL`,
              forward: "SELECT id AS note_id, loud AS heading, body AS text FROM memo",
              config: (config) => {
                config.legacy.memo.lost = { title: "kept in loud" };
              },
              says: '"loud" of public.memo is a virtual column',
              at: "forward/note.sql",
            },
          ],
    passes: [
      {
        sql: `${VIRTUAL} STORED`,
        config: (config) => {
          config.legacy.memo.keep.push("loud");
        },
      },
    ],
  },
  "type-has-cast": {
    fails: [
      {
        forward: "SELECT id AS note_id, title AS heading, body AS text, '1' || title AS created_at FROM memo",
        config: (config) => {
          config.new.note.keep = [];
        },
        says: '"created_at" is yielded as text, and public.note has it as timestamp with time zone',
      },
    ],
    passes: [
      {
        // integer to bigint, varchar to text: casts that an INSERT makes without being asked.
        forward: "SELECT id::integer AS note_id, title::varchar(10) AS heading, body AS text FROM memo",
      },
    ],
  },
  "kept-columns-have-defaults": {
    fails: [
      {
        sql: "ALTER TABLE public.note ALTER created_at DROP DEFAULT",
        says: 'new.note: "created_at" is NOT NULL, has no default and is not yielded',
      },
    ],
    passes: [
      { sql: "ALTER TABLE public.note ALTER created_at DROP DEFAULT, ALTER created_at DROP NOT NULL" },
    ],
  },
  "unit-columns-are-yielded": {
    fails: [
      {
        config: (config) => {
          config.new.note.unit.note = ["extract(epoch FROM created_at)::bigint"];
        },
        says: 'new.note.unit reads "created_at", which the mapping does not yield',
      },
      {
        config: (config) => {
          config.new.note.unit.note = ["(SELECT max(memo.id) FROM memo)"];
        },
        says: "new.note.unit reads memo",
      },
    ],
    passes: [
      {
        config: (config) => {
          config.new.note.unit.note = ["note_id + length(heading) - length(heading)"];
        },
      },
    ],
  },
  "unit-expressions-are-total": {
    fails: [
      {
        config: (config) => {
          config.legacy.memo.feeds.note = ["title::bigint"];
        },
        says: "legacy.memo.feeds.note: a cast of title may fail",
      },
      {
        config: (config) => {
          config.legacy.memo.feeds.note = ["(body::jsonb ->> 'id')::bigint"];
        },
        says: "a cast of an expression may fail",
      },
    ],
    passes: [
      {
        config: (config) => {
          config.legacy.memo.feeds.note = ["CASE WHEN title ~ '^[0-9]{1,9}$' THEN title::bigint ELSE id END"];
        },
      },
    ],
  },
  "paths-are-immutable": {
    fails: [
      {
        config: (config) => {
          config.units.forward = { page: { note_id: "bigint" } };
          config.new.note.unit = { page: ["note_id"] };
          config.legacy.memo.feeds = { page: ["id"] };
          config.context = {
            currency: {
              key: ["code"],
              feeds: {
                page: {
                  units: "SELECT memo.id FROM public.memo WHERE memo.title = currency.code",
                  rows: "true",
                },
              },
            },
          };
        },
        says: "context.currency.feeds.page finds its units through public.memo",
      },
    ],
    passes: [
      {
        config: (config) => {
          config.units.forward = { page: { note_id: "bigint" } };
          config.new.note.unit = { page: ["note_id"] };
          config.legacy.memo.feeds = { page: ["id"] };
          config.context = {
            currency: {
              key: ["code"],
              feeds: {
                page: {
                  units: "SELECT memo.id FROM public.memo WHERE memo.title = currency.code",
                  rows: "currency.code = (SELECT memo.title FROM public.memo WHERE memo.id = page.note_id)",
                  immutable: "a memo never changes its title",
                },
              },
            },
          };
        },
      },
    ],
  },
  "rules-yield-the-key": {
    fails: [
      {
        files: { "quarantine/memo/no-title.sql": "SELECT title FROM memo WHERE title = ''" },
        says: `the rule does not yield "id" of memo's key`,
        at: "quarantine/memo/no-title.sql",
      },
    ],
    passes: [{ files: { "quarantine/memo/no-title.sql": "SELECT id FROM memo WHERE title = ''" } }],
  },
  "kinds-fed": {
    fails: [
      {
        config: (config) => {
          config.legacy.memo.feeds = {};
        },
        says: 'memo is read for units of kind "note", which it does not feed',
        at: "forward/note.sql",
      },
      {
        config: (config) => {
          config.units.forward.book = { id: "bigint" };
        },
        says: "units.forward.book: no table of the new side has rows in such a unit",
      },
      {
        reverse:
          "SELECT note_id AS id, heading AS title, name AS body FROM note LEFT JOIN currency ON code = text",
        config: (config) => {
          config.context = {
            currency: {
              key: ["code"],
              feeds: { note: { units: "SELECT id FROM public.memo", rows: "true" } },
            },
          };
          config.units.forward.note_unit = config.units.forward.note;
          config.units.forward = { entry: config.units.forward.note };
          config.new.note.unit = { entry: ["note_id"] };
          config.legacy.memo.feeds = { entry: ["id"] };
          config.context.currency.feeds = { entry: config.context.currency.feeds.note };
        },
        says: 'the context table currency is read for reverse units of kind "memo"',
      },
    ],
    passes: [
      {
        forward:
          "SELECT id AS note_id, title AS heading, name AS text FROM memo LEFT JOIN currency ON code = body",
        config: (config) => {
          config.context = { currency: { frozen: true } };
        },
      },
    ],
  },
  "reverse-is-readable": {
    fails: [
      {
        config: (config) => {
          config.irreversible = "we never look back";
        },
        says: "and here is a reverse mapping",
      },
      {
        reverse: "SELECT 1::bigint AS id, ''::text AS title, ''::text AS body",
        says: "the reverse mapping of memo reads no new table",
      },
    ],
    passes: [
      {
        config: (config) => {
          config.irreversible = "we never look back";
          config.units.reverse = {};
          config.new.note.feeds = {};
          delete config.legacy.memo.unit;
        },
        files: { "reverse/memo.sql": undefined },
      },
    ],
  },
  "draft-is-decided": {
    fails: [
      {
        config: (config) => {
          config.draft = "the mappings are guessed";
        },
        says: "this definition says of itself that it is a draft: the mappings are guessed",
      },
    ],
    passes: [{}],
  },
  "lost-needs-reason": {
    fails: [
      {
        config: (config) => {
          config.legacy.memo.keep = [];
          config.legacy.memo.lost = { seen_at: "unused" };
        },
        says: 'legacy.memo.lost.seen_at says "unused", which is no reason',
      },
    ],
    passes: [
      {
        config: (config) => {
          config.legacy.memo.keep = [];
          config.legacy.memo.lost = { seen_at: "nobody ever looked at it" };
        },
      },
    ],
  },
  "application-triggers-listed": {
    fails: [
      {
        sql: `CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
              CREATE TRIGGER touch BEFORE UPDATE ON public.note FOR EACH ROW EXECUTE FUNCTION public.touch()`,
        says: 'new.note: the trigger "touch" fires before sync\'s writes',
      },
      {
        config: (config) => {
          config.new.note.triggers = { touch: "only sets created_at" };
        },
        says: 'new.note.triggers names "touch", and the table has no trigger or rule of that name',
      },
    ],
    passes: [
      {
        sql: `CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
              CREATE TRIGGER touch BEFORE UPDATE ON public.note FOR EACH ROW EXECUTE FUNCTION public.touch();
              CREATE TRIGGER tell AFTER UPDATE ON public.note FOR EACH ROW EXECUTE FUNCTION public.touch()`,
        config: (config) => {
          config.new.note.triggers = { touch: "changes nothing at all", tell: "changes nothing at all" };
        },
      },
    ],
  },
  "swaps-need-deferrable-keys": {
    fails: [
      {
        sql: "CREATE UNIQUE INDEX ON public.note (heading)",
        says: "new.note: the unique key (heading) is not deferrable",
        at: "cutover.json",
      },
      {
        sql: "ALTER TABLE public.memo ADD UNIQUE (title, seen_at)",
        says: "legacy.memo: the unique key (title, seen_at) is not deferrable",
      },
    ],
    passes: [
      // Checked at the end of the statement.
      { sql: "ALTER TABLE public.note ADD UNIQUE (heading) DEFERRABLE" },
      // Only what the cutover's key holds apart already.
      { sql: "CREATE UNIQUE INDEX ON public.note (note_id, heading)" },
      // No mapping yields it, so sync never writes it.
      { sql: "CREATE UNIQUE INDEX ON public.note (created_at)" },
      // A legacy table that nothing writes.
      {
        sql: "CREATE UNIQUE INDEX ON public.memo (title)",
        config: (config) => {
          config.irreversible = "nobody wants it back";
          delete config.units.reverse;
          delete config.legacy.memo.unit;
          delete config.legacy.memo.keep;
          delete config.new.note.feeds;
        },
        files: { "reverse/memo.sql": undefined },
      },
    ],
  },
  "moved-rows-found-by-key": {
    fails: [
      {
        config: (config) => {
          config.units.forward.note = { heading: "text" };
          config.legacy.memo.feeds.note = ["title"];
          config.new.note.unit.note = ["heading"];
        },
        forward:
          "SELECT min(memo.id) AS note_id, memo.title AS heading, max(memo.body) AS text FROM memo GROUP BY memo.title",
        says: "new.note: a row that moves to another unit may lose created_at",
        at: "cutover.json",
      },
      {
        config: (config) => {
          config.units.forward.note = { heading: "text" };
          config.legacy.memo.feeds.note = ["title"];
          config.new.note.unit.note = ["heading"];
        },
        forward: "SELECT memo.id + 1 AS note_id, memo.title AS heading, memo.body AS text FROM memo",
        says: "cannot be asked for one row by its key (note_id)",
      },
    ],
    passes: [
      // The key tells the unit.
      {
        forward:
          "SELECT min(memo.id) AS note_id, memo.title AS heading, max(memo.body) AS text FROM memo GROUP BY memo.title",
      },
      // It does not, and the key is a column.
      {
        config: (config) => {
          config.units.forward.note = { heading: "text" };
          config.legacy.memo.feeds.note = ["title"];
          config.new.note.unit.note = ["heading"];
        },
      },
    ],
  },
  "projection-units-are-not-null": {
    fails: [
      {
        projection: true,
        sql: "ALTER TABLE public.memo DROP CONSTRAINT memo_pkey; ALTER TABLE public.memo ALTER id DROP NOT NULL",
        says: 'reads.memo.feeds.note: "id" may be NULL',
      },
      {
        projection: true,
        config: (config) => {
          config.units.forward.note = { heading: "text" };
          config.legacy.memo.feeds.note = ["title"];
          config.new.note.unit.note = ["text"];
        },
        says: 'tables.note.unit: "text" may be NULL',
      },
    ],
    passes: [
      {
        projection: true,
        sql: "ALTER TABLE public.memo DROP CONSTRAINT memo_pkey; ALTER TABLE public.memo ALTER id DROP NOT NULL",
        config: (config) => {
          config.units.forward = { one: config.units.forward.note };
          config.legacy.memo.feeds = {
            one: { units: "SELECT memo.id WHERE memo.id IS NOT NULL", rows: "memo.id = one.note_id" },
          };
          config.new.note.unit = { one: ["note_id"] };
        },
        forward: "SELECT id AS note_id, title AS heading, body AS text FROM memo WHERE id IS NOT NULL",
      },
    ],
  },
  "projection-foreign-keys-let-go": {
    fails: [
      {
        projection: true,
        sql: "ALTER TABLE public.note ADD FOREIGN KEY (note_id) REFERENCES public.memo DEFERRABLE INITIALLY DEFERRED",
        says: "public.note (note_id) points to public.memo",
      },
      {
        projection: true,
        sql: "ALTER TABLE public.note ADD FOREIGN KEY (note_id) REFERENCES public.memo ON DELETE CASCADE",
        says: "or give it another key",
      },
    ],
    passes: [
      {
        projection: true,
        sql: "ALTER TABLE public.note ADD FOREIGN KEY (note_id) REFERENCES public.memo ON DELETE CASCADE ON UPDATE CASCADE",
      },
      { sql: "ALTER TABLE public.note ADD FOREIGN KEY (note_id) REFERENCES public.memo" },
    ],
  },
  "projection-has-row-security": {
    fails: [
      {
        projection: true,
        sql: "ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY",
        says: "public.memo has row security and public.note has none",
      },
    ],
    passes: [
      { projection: true },
      {
        projection: true,
        sql: "ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY; ALTER TABLE public.note ENABLE ROW LEVEL SECURITY",
      },
      { sql: "ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY" },
    ],
  },
};
