import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RedisReader } from "./redis-reader.ts";
import type { SeenFinding, SeenReport, SeenStudy } from "./verdict.ts";

export interface Places {
  readonly redis: RedisReader;
  readonly spoolFolder: string;
  /** Base address of the PACS's DICOMweb services. */
  readonly pacsUrl: string;
}

/** Prefix of all keys (docs/architecture.md, "What lies where"). */
const PREFIX = "redspot";

export const studyKey = (studyInstanceUID: string, ...parts: string[]) =>
  [PREFIX, "study", studyInstanceUID, ...parts].join(":");

/**
 * Looks at a study from outside, with none of Redspot's own code.
 *
 * @param known its reports, where the PACS was asked for all of them already
 */
export async function inspectStudy(
  studyInstanceUID: string,
  { redis, spoolFolder, pacsUrl }: Places,
  known?: readonly SeenReport[],
): Promise<SeenStudy> {
  const study = await redis.hash(studyKey(studyInstanceUID));
  const settled = Number(study.settledRevision ?? 0);
  const revisions = Array.from({ length: settled }, (_, index) => index + 1);
  const stored = await Promise.all(
    revisions.map((revision) => redis.command("GET", studyKey(studyInstanceUID, `finding-${revision}`))),
  );
  const findings = stored.flatMap((text) => (typeof text === "string" ? [JSON.parse(text) as SeenFinding] : []));
  const [noted, score, reports] = await Promise.all([
    redis.strings("HKEYS", studyKey(studyInstanceUID, "instances")),
    redis.command("ZSCORE", `${PREFIX}:reading-list`, studyInstanceUID),
    known ?? reportsOf(studyInstanceUID, pacsUrl),
  ]);
  return {
    study,
    noted,
    findings: new Map(findings.map((finding) => [finding.revision, finding])),
    score: score === null ? undefined : Number(score),
    spooled: spooledOf(studyInstanceUID, spoolFolder),
    reports,
  };
}

/** The reports of a study by QIDO-RS (PS3.18 10.6), each with its evidence by WADO-RS metadata (10.4.1.1.2). */
async function reportsOf(studyInstanceUID: string, pacsUrl: string): Promise<SeenReport[]> {
  const study = `${pacsUrl}/studies/${studyInstanceUID}`;
  const found = await search(`${study}/instances?Modality=SR`);
  return Promise.all(
    found.map(async (instance) => {
      const [series, sopInstanceUID] = [uid(instance, "0020000E"), uid(instance, "00080018")];
      const [metadata] = await search(`${study}/series/${series}/instances/${sopInstanceUID}/metadata`);
      return { sopInstanceUID, evidence: [...evidenceIn(metadata ?? {})] };
    }),
  );
}

/** Every report of the PACS, with the study that it is of. */
export async function allReports(pacsUrl: string): Promise<(SeenReport & { studyInstanceUID: string })[]> {
  const page = 1000;
  const all: (SeenReport & { studyInstanceUID: string })[] = [];
  for (;;) {
    const found = await search(`${pacsUrl}/instances?Modality=SR&limit=${page}&offset=${all.length}`);
    all.push(...found.map((one) => ({ studyInstanceUID: uid(one, "0020000D"), sopInstanceUID: uid(one, "00080018") })));
    if (found.length < page) return all;
  }
}

type DicomJson = { readonly [tag: string]: { readonly Value?: readonly unknown[] } };

async function search(url: string): Promise<DicomJson[]> {
  const response = await fetch(url, { headers: { accept: "application/dicom+json" } });
  const body = await response.text();
  // A study that has no report yet is one that the PACS does not know.
  if (response.status === 204 || response.status === 404) return [];
  if (!response.ok) throw new Error(`the PACS answered ${response.status} to ${url}`);
  return JSON.parse(body) as DicomJson[];
}

function uid(instance: DicomJson, tag: string): string {
  return String(instance[tag]?.Value?.[0]);
}

/** Current Requested Procedure Evidence and Pertinent Other Evidence (PS3.3 C.17.2.1): all they refer to. */
function* evidenceIn(report: DicomJson): Generator<string> {
  for (const tag of ["0040A375", "0040A385"]) {
    for (const study of (report[tag]?.Value ?? []) as DicomJson[]) {
      for (const series of (study["00081115"]?.Value ?? []) as DicomJson[]) {
        for (const one of (series["00081199"]?.Value ?? []) as DicomJson[]) yield uid(one, "00081155");
      }
    }
  }
}

function spooledOf(studyInstanceUID: string, spoolFolder: string): Map<string, string> {
  const fan = createHash("sha256").update(studyInstanceUID).digest("hex").slice(0, 2);
  const folder = join(spoolFolder, "instances", fan, studyInstanceUID);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".dcm")) : [];
  return new Map(
    files.map((name) => [
      name.slice(0, -".dcm".length),
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  );
}
