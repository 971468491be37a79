import type { Random } from "./random.ts";

export interface Artifact {
  id: number;
  spec_id: string;
  stage: string;
  agent_name: string;
  content_json: string;
  response_text: string | null;
  run_id: string | null;
  created_at: string | null;
}

export interface Synthesis {
  id: number;
  spec_id: string;
  stage: string;
  output_markdown: string;
  output_path: string | null;
  status: string;
  artifacts_count: number | null;
  agreements: string | null;
  conflicts: string | null;
  degraded: boolean | null;
  run_id: string | null;
  created_at: string | null;
}

const stages = ["spec-plan", "spec-tasks", "spec-implement", "spec-validate", "spec-audit", "plan"] as const;

/**
 * Runs of every stage of some specifications: three or four agents with a verdict and telemetry, many in one second,
 * then a synthesis; and now and then a re-run, a retried agent, content that is no JSON, no run id, no time, several
 * syntheses or none. The last content of the first specification has 6 million characters.
 */
export function generatePipelines(
  random: Random,
  specs: number,
): { artifacts: Artifact[]; syntheses: Synthesis[] } {
  const artifacts: Artifact[] = [];
  const syntheses: Synthesis[] = [];
  let now = Date.UTC(2025, 10, 13, 9);
  const time = () => {
    now += random.pick([0, 0, 1, 400, 1_000, 47_000]);
    if (random.chance(0.01)) return null;
    if (random.chance(0.01))
      return random.pick(["infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "294276-12-31 23:59+00"]);
    const instant = new Date(now).toISOString();
    // Legacy has seconds; rows of a later writer have microseconds.
    return random.chance(0.1) ? instant.replace("Z", "123Z") : instant.replace(/\.\d+Z/, "Z");
  };
  const run = (spec: string, stage: string) => {
    const runId = random.chance(0.3)
      ? random.pick([null, null, null, ""])
      : `run_${spec}_${Math.floor(now / 1000)}_${random.uuid().slice(0, 8)}`;
    const agents = ["gemini", "claude", "gpt_codex", "gpt_pro"].slice(0, random.chance(0.1) ? 3 : 4);
    if (random.chance(0.1)) agents.push("claude");
    if (random.chance(0.5)) agents.push("consensus-verdict", "agent-lifecycle-telemetry");
    if (random.chance(0.03)) agents.length = 0;
    for (const agent of agents) {
      artifacts.push({
        id: artifacts.length + 1,
        spec_id: spec,
        stage,
        agent_name: agent,
        content_json: random.chance(0.03)
          ? random.pick(["not JSON {", "", '{"cut": "off'])
          : `{"stage": "${stage}",  "agent": "${agent}", "tasks": [${random.between(1, 99)}]}`,
        response_text: random.chance(0.5) ? `I am ${agent}.\n"It's done" \\ 100 %` : null,
        run_id: runId,
        created_at: time(),
      });
    }
    const count = random.chance(0.8) ? 1 : random.between(0, 3);
    for (let at = 0; at < count; at++) {
      syntheses.push({
        id: syntheses.length + 1,
        spec_id: spec,
        stage,
        output_markdown: random.chance(0.05)
          ? ""
          : `# ${stage}\n\n* "agreed"\n* it's ${random.between(1, 999)}`,
        output_path: random.chance(0.5) ? `docs/${spec}/${stage}.md` : null,
        status: random.pick(["ok", "ok", "degraded", "conflict", ""]),
        artifacts_count: random.pick([agents.length, 4, null]),
        agreements: random.pick(['["a",  "b"]', "prose", "", null]),
        conflicts: random.pick(['{"b": 1, "a": 2}', "[]", null]),
        degraded: random.pick([false, false, true, null]),
        run_id: runId,
        created_at: time(),
      });
    }
  };
  for (let number = 1; number <= specs; number++) {
    const spec = `SPEC-KIT-${String(number).padStart(3, "0")}`;
    for (const stage of stages) {
      for (let again = 0; again < (random.chance(0.2) ? 3 : 1); again++) {
        run(spec, stage);
        now += random.pick([0, 60_000, 1_500_000, 1_860_000, 7_200_000]);
      }
    }
  }
  const first = artifacts[0];
  if (first !== undefined) first.content_json = "x".repeat(6_000_000);
  return { artifacts, syntheses };
}
