import { TestbedError } from "./testbed-error.ts";

type Attribute = { readonly vr: string; readonly Value?: readonly unknown[] };
type DicomJson = Readonly<Record<string, Attribute>>;

/** A structured report as QIDO-RS finds it. */
export interface FoundReport {
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
}

/** All SR instances of a PACS, by QIDO-RS Search for Instances (PS3.18 10.6). */
export async function findReports(dicomWebUrl: string): Promise<FoundReport[]> {
  const found = await search(`${dicomWebUrl}/instances?Modality=SR&limit=100000`);
  return found.map((instance) => ({
    studyInstanceUID: text(instance, "0020000D"),
    seriesInstanceUID: text(instance, "0020000E"),
    sopInstanceUID: text(instance, "00080018"),
  }));
}

/** How many reports each study has; studies without any are not in the map. */
export async function countReports(dicomWebUrl: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { studyInstanceUID } of await findReports(dicomWebUrl)) {
    counts.set(studyInstanceUID, (counts.get(studyInstanceUID) ?? 0) + 1);
  }
  return counts;
}

/** Has Orthanc push a study to Redspot again, as an operator would, and waits until it is done. */
export async function pushAgain(orthancUrl: string, studyInstanceUID: string): Promise<void> {
  const [study] = await lookup(orthancUrl, studyInstanceUID);
  const response = await fetch(`${orthancUrl}/dicom-web/servers/redspot/stow`, {
    method: "POST",
    body: JSON.stringify({ Resources: [study], Synchronous: true }),
  });
  if (!response.ok) throw new TestbedError("QUERY_FAILED", `Orthanc's push answered ${response.status}.`);
}

/** The page on which Orthanc shows a study to people. */
export async function studyPage(orthancUrl: string, studyInstanceUID: string): Promise<string> {
  const [study] = await lookup(orthancUrl, studyInstanceUID);
  return `${orthancUrl}/app/explorer.html#study?uuid=${study}`;
}

async function lookup(orthancUrl: string, studyInstanceUID: string): Promise<string[]> {
  const response = await fetch(`${orthancUrl}/tools/lookup`, { method: "POST", body: studyInstanceUID });
  const found = (await response.json()) as { Type: string; ID: string }[];
  const studies = found.filter(({ Type }) => Type === "Study").map(({ ID }) => ID);
  if (studies.length === 0) throw new TestbedError("QUERY_FAILED", `Orthanc has no study ${studyInstanceUID}.`);
  return studies;
}

async function search(url: string): Promise<DicomJson[]> {
  const response = await fetch(url, { headers: { Accept: "application/dicom+json" } });
  if (response.status === 204) return [];
  if (!response.ok) throw new TestbedError("QUERY_FAILED", `QIDO-RS answered ${response.status} to ${url}.`);
  return (await response.json()) as DicomJson[];
}

function text(instance: DicomJson, tag: string): string {
  const value = instance[tag]?.Value?.[0];
  if (typeof value !== "string") throw new TestbedError("QUERY_FAILED", `QIDO-RS left out (${tag}).`);
  return value;
}
