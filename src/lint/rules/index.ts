import type { LintRule } from "../rule.ts";
import { applicationTriggersListed } from "./application-triggers-listed.ts";
import { draftIsDecided } from "./draft-is-decided.ts";
import { everyColumnAccounted } from "./every-column-accounted.ts";
import { forcedRowSecurity } from "./forced-row-security.ts";
import { generatedColumnsNotYielded } from "./generated-columns-not-yielded.ts";
import { keptColumnsHaveDefaults } from "./kept-columns-have-defaults.ts";
import { keyIsNotNullAndUnique } from "./key-is-not-null-and-unique.ts";
import { keysHaveOneSpelling } from "./keys-have-one-spelling.ts";
import { kindsFed } from "./kinds-fed.ts";
import { lostNeedsReason } from "./lost-needs-reason.ts";
import { movedRowsFoundByKey } from "./moved-rows-found-by-key.ts";
import { noClockNoRandom } from "./no-clock-no-random.ts";
import { noOwnNameShadow } from "./no-own-name-shadow.ts";
import { noSchemaQualifiedTable } from "./no-schema-qualified-table.ts";
import { noSystemColumns } from "./no-system-columns.ts";
import { oneSelect } from "./one-select.ts";
import { onlyKnownTables } from "./only-known-tables.ts";
import { pathsAreImmutable } from "./paths-are-immutable.ts";
import { projectionForeignKeysLetGo } from "./projection-foreign-keys-let-go.ts";
import { projectionHasRowSecurity } from "./projection-has-row-security.ts";
import { projectionUnitsAreNotNull } from "./projection-units-are-not-null.ts";
import { reverseIsReadable } from "./reverse-is-readable.ts";
import { rulesYieldTheKey } from "./rules-yield-the-key.ts";
import { swapsNeedDeferrableKeys } from "./swaps-need-deferrable-keys.ts";
import { tableKind } from "./table-kind.ts";
import { typeHasCast } from "./type-has-cast.ts";
import { unitColumnsAreYielded } from "./unit-columns-are-yielded.ts";
import { unitExpressionsAreTotal } from "./unit-expressions-are-total.ts";
import { virtualColumnsNotRead } from "./virtual-columns-not-read.ts";
import { yieldsKnownColumns } from "./yields-known-columns.ts";

/** All rules, in the order in which a person would mend what they find: tables, texts, columns, meaning. */
export const rules: readonly LintRule[] = [
  tableKind,
  forcedRowSecurity,
  keyIsNotNullAndUnique,
  keysHaveOneSpelling,
  oneSelect,
  noSchemaQualifiedTable,
  noOwnNameShadow,
  noSystemColumns,
  noClockNoRandom,
  onlyKnownTables,
  yieldsKnownColumns,
  everyColumnAccounted,
  generatedColumnsNotYielded,
  virtualColumnsNotRead,
  typeHasCast,
  keptColumnsHaveDefaults,
  unitColumnsAreYielded,
  unitExpressionsAreTotal,
  pathsAreImmutable,
  rulesYieldTheKey,
  kindsFed,
  reverseIsReadable,
  draftIsDecided,
  lostNeedsReason,
  applicationTriggersListed,
  swapsNeedDeferrableKeys,
  movedRowsFoundByKey,
  projectionUnitsAreNotNull,
  projectionForeignKeysLetGo,
  projectionHasRowSecurity,
];
