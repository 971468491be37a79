import type { Random } from "../../consensus/test/random.ts";

export interface Results {
  sessions: object[];
  profiles: object[];
  types: object[];
  functions: object[];
  states: object[];
  /** How many sessions got which oddity. */
  planted: Record<string, number>;
}

const typeCodes = "LIE ILI ESE SEI LII ILE ESI SEE LSE SLI EIE IEI LSI SLE EII IEE".split(" ");
const functionCodes = "Ti Te Fi Fe Ni Ne Si Se".split(" ");

/** Sessions as phase 1 wrote them: a document and 16 + 8 + 1 rows that say the same; and every oddity of the history. */
export function generateResults(random: Random, count: number): Results {
  const results: Results = { sessions: [], profiles: [], types: [], functions: [], states: [], planted: {} };
  for (let number = 0; number < count; number++) addSession(random, results, oddity(random, number));
  return results;
}

const oddities = [
  "fractions",
  "top-3",
  "all-zero",
  "text-confidence",
  "second-context",
  "version-mismatch",
  "older-version",
  "no-rows",
  "no-rows-no-lists",
  "nested",
  "type-disagrees",
  "old-symbols",
  "json-nulls",
  "wrong-names",
  "no-versions",
] as const;

/** Each oddity once at first, then one in five sessions. */
function oddity(random: Random, number: number): (typeof oddities)[number] | undefined {
  return oddities[number] ?? (random.chance(0.2) ? random.pick(oddities) : undefined);
}

function addSession(random: Random, results: Results, odd: (typeof oddities)[number] | undefined): void {
  const is = (name: (typeof oddities)[number]) => odd === name;
  if (odd !== undefined) results.planted[odd] = (results.planted[odd] ?? 0) + 1;
  const session = random.uuid();
  const version = random.pick(["v1.2.1", "v1.2.1", "v1.2.0", "v1.1.2"]);
  const decimal = (from: number, to: number, digits: number) =>
    random.between(from * 10 ** digits, to * 10 ** digits) / 10 ** digits;

  const left = Array.from({ length: 16 }, () => random.between(1, 100));
  const total = left.reduce((sum, part) => sum + part, 0);
  let types = typeCodes
    .map((code, index) => ({ code, share: Math.round(((left[index] ?? 0) / total) * 10_000) / 100 }))
    .sort((one, other) => other.share - one.share)
    .map(({ code, share }, index) => ({
      type_code: code,
      fit: is("all-zero") ? 0 : decimal(0, 10, 2),
      share: is("all-zero") ? 0 : is("fractions") || is("top-3") ? Math.round(share * 100) / 10_000 : share,
      rank: index + 1,
      distance: decimal(0, 6, 6),
      coherent_dims: random.between(0, 8),
      unique_dims: random.between(0, 8),
      seat_coherence: decimal(0, 1, 3),
      fit_parts: is("json-nulls") ? null : { dims_weight: 0.25, strengths_weight: 0.5 },
    }));
  if (is("top-3")) types = types.slice(0, 3);
  const functions = functionCodes.map((code) => ({
    func_code: code,
    strength: decimal(-3, 3, 3),
    dimension: random.chance(0.05) ? random.pick([0, 5, -1]) : random.between(1, 4),
    d_index_z: random.chance(0.3) ? null : decimal(-3, 3, 3),
  }));
  const state = {
    overlay_band: is("old-symbols") ? random.pick(["N+", "–", "0"]) : random.pick(["Reg+", "Reg0", "Reg-"]),
    overlay_z: decimal(-2, 2, 3),
    effect_fit: null,
    effect_conf: decimal(0, 1, 3),
    block_core: 31.2,
    block_critic: 18.9,
    block_hidden: 27,
    block_instinct: 22.9,
    block_context: "calm",
  };
  const profile = {
    session_id: session,
    type_code: types[0]?.type_code,
    confidence: random.chance(0.05) ? 0 : decimal(0, 1, 4),
    fit_band: random.pick(["High", "Low", null]),
    overlay: is("old-symbols") ? random.pick(["+", "N0", "−"]) : state.overlay_band,
    validity_status: random.pick(["pass", null]),
    top_gap: decimal(0, 9, 2),
    score_fit_calibrated: random.chance(0.2) ? null : decimal(0, 100, 2),
    conf_calibrated: decimal(0, 1, 2),
    conf_raw: null,
    top_types: is("json-nulls") ? null : types.slice(0, 3).map(({ type_code }) => type_code),
  };
  const document = {
    version,
    results_version: version,
    profile: {
      ...profile,
      strengths: { Ti: 1.5 },
      blocks_norm: { Core: 31.2 },
      dims_highlights: { coherent: ["Ti"] },
    },
    types: types.map((type) => ({ ...type, note: "kept" })),
    functions,
    state,
  };
  const { profile: inner, types: _types, functions: _functions, state: _state, ...bare } = document;
  const token = `token-${random.uuid()}`;
  const payload = is("nested")
    ? {
        version,
        profile: { session_id: session, share_token: token, payload: document },
        session: { email: "a@b.c" },
      }
    : is("no-rows-no-lists")
      ? { ...bare, profile: inner }
      : is("text-confidence")
        ? {
            ...document,
            profile: { ...inner, confidence: random.pick(["High", "Moderate", "Low"]) },
            ok: true,
          }
        : is("type-disagrees")
          ? { ...document, profile: { ...inner, type_code: "XXX", share_token: token } }
          : is("wrong-names")
            ? {
                ...bare,
                profile: inner,
                types: types.map(({ type_code, share }) => ({ code: type_code, share_pct: share })),
              }
            : document;
  const { session_id, ...columns } = profile;
  results.sessions.push({
    id: session,
    user_id: random.chance(0.5) ? random.uuid() : null,
    status: "completed",
  });
  results.profiles.push({
    session_id,
    ...columns,
    confidence: is("text-confidence") ? null : columns.confidence,
    payload,
    scoring_version: version,
    version: is("no-versions") ? null : version,
    results_version: is("no-versions") ? null : version,
    computed_at: "2025-09-28T23:06:00.123456Z",
    share_token: token,
  });
  if (is("no-rows") || is("no-rows-no-lists")) return;
  const versions = is("version-mismatch")
    ? ["v2"]
    : is("older-version")
      ? [version, "v1.10.0", "v1.9.0"]
      : [version];
  for (const results_version of versions) {
    const own = { session_id, results_version };
    results.types.push(...types.map((type) => ({ ...own, ...type })));
    results.functions.push(
      ...functions.map(({ func_code, strength, ...rest }) => ({
        ...own,
        func: func_code,
        strength_z: strength,
        ...rest,
      })),
    );
    results.states.push({ ...own, ...state });
    if (is("second-context")) results.states.push({ ...own, ...state, block_context: "stress" });
  }
}
