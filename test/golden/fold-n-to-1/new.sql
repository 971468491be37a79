-- settings is an object by name, {"<name>": {"value": text, "weight": number, "sort_order": integer}}: jsonb keeps
-- neither the order nor duplicates of an object's keys, so there is exactly one way to write a set of settings.
-- The CHECKs keep out what the legacy rows could not say: no settings at all, other fields, values of another type.
-- A weight that JSON has no number for (NaN, the infinities) is a string.
CREATE TABLE public.account_settings (
  account_id bigint PRIMARY KEY,
  settings jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  CONSTRAINT account_settings_some CHECK (pg_catalog.jsonb_typeof(settings) = 'object' AND settings <> '{}'),
  CONSTRAINT account_settings_shape CHECK (
    -- strict: the default mode would look into arrays instead of at them.
    NOT pg_catalog.jsonb_path_exists(settings, 'strict $.* ? (@.type() != "object")')
    AND NOT pg_catalog.jsonb_path_exists(
      settings,
      '$.* ? (
        !(@.value.type() == "string" || @.value.type() == "null")
        || !(
          @.weight.type() == "number"
          || @.weight.type() == "null"
          || (@.weight.type() == "string" && (@.weight == "NaN" || @.weight == "Infinity" || @.weight == "-Infinity"))
        )
        || !(
          @.sort_order.type() == "number"
          && @.sort_order >= -2147483648
          && @.sort_order <= 2147483647
          && @.sort_order == @.sort_order.floor()
        )
      )'
    )
    AND NOT pg_catalog.jsonb_path_exists(
      settings,
      '$.*.keyvalue() ? (@.key != "value" && @.key != "weight" && @.key != "sort_order")'
    )
  )
);
