import { type DataSet, readPart10, tagOf, text } from "@redspot/dicom";
import { type DicomWebClient, DicomWebError, hexOf } from "@redspot/dicomweb";
import { type Check, doubtful, fine, notChecked, type Observation, wrong } from "./check.ts";
import { makeTestInstance, TEST_STUDY } from "./test-study.ts";

const MOST_SKEW_MS = 60_000;

interface PacsOptions {
  url: string;
  client: Pick<DicomWebClient, "searchForStudies" | "storeInstances" | "retrieveInstance">;
  /** Whether the test study may be stored, which stays in the PACS. */
  mayStore: boolean;
  now: () => Date;
}

/** The PACS does what Redspot asks of it: QIDO-RS, STOW-RS and WADO-RS, the latter two with a test study. */
export function pacsChecks({ url, client, mayStore, now }: PacsOptions): Check[] {
  const unlessForbidden = (look: () => Promise<Observation>): Promise<Observation> =>
    mayStore
      ? look()
      : Promise.resolve(notChecked("nothing was stored", "redspot-admin doctor --store stores a test study."));
  return [
    {
      about: "the PACS answers QIDO-RS",
      look: () =>
        asked("QIDO-RS", async () => {
          await client.searchForStudies({ limit: 1 });
          return fine(url);
        }),
    },
    {
      about: "the PACS takes reports by STOW-RS",
      look: () =>
        unlessForbidden(() =>
          asked("STOW-RS", async () => {
            const { stored, failed } = await client.storeInstances([makeTestInstance()]);
            const [failure] = failed;
            if (failure !== undefined) {
              return wrong(
                `it refused the test study (Failure Reason ${hexOf(failure.failureReason)})`,
                "See the PACS's log, and whether this client may store.",
              );
            }
            const warning = stored[0]?.warningReason;
            if (warning === undefined) return fine("the test study of REDSPOT^DOCTOR is stored");
            return doubtful(
              `it stored the test study with a warning (${hexOf(warning)})`,
              "B000 and B006 mean that the PACS changes what it is given: see how it is set up.",
            );
          }),
        ),
    },
    {
      about: "what the PACS has stored, it finds",
      look: () =>
        unlessForbidden(() =>
          asked("QIDO-RS", async () => {
            const found = await client.searchForStudies({ StudyInstanceUID: TEST_STUDY.studyInstanceUID });
            if (found.some((study) => text(study, "StudyInstanceUID") === TEST_STUDY.studyInstanceUID)) {
              return fine("the test study is found by its UID");
            }
            return wrong("the test study is not found", "See whether the PACS indexes what comes by STOW-RS.");
          }),
        ),
    },
    {
      about: "the PACS gives back what it was given (WADO-RS)",
      look: () =>
        unlessForbidden(() =>
          asked("WADO-RS", async () => {
            const { dataSet } = readPart10(await client.retrieveInstance(TEST_STUDY));
            if (pixelsOf(dataSet).equals(pixelsOf(readPart10(makeTestInstance()).dataSet)))
              return fine("the same pixels");
            return doubtful("other pixels than were stored", "The PACS compresses: see that it does so without loss.");
          }),
        ),
    },
    {
      about: "the PACS's clock and this machine's agree",
      async look() {
        const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
        const said = Date.parse(answer?.headers.get("date") ?? "");
        if (Number.isNaN(said)) return notChecked("the PACS does not say what time it is", "");
        const skew = Math.abs(now().getTime() - said);
        if (skew <= MOST_SKEW_MS) return fine("less than a minute apart");
        return doubtful(`${Math.round(skew / 1000)} s apart`, "Have both follow the same time service (NTP).");
      },
    },
  ];
}

async function asked(service: string, ask: () => Promise<Observation>): Promise<Observation> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DicomWebError)) throw error;
    const advice =
      error.code === "UNREACHABLE" || error.code === "TIMED_OUT"
        ? "See REDSPOT_PACS_URL, and whether a firewall is between."
        : `See REDSPOT_PACS_URL and REDSPOT_PACS_TOKEN, and whether the PACS serves ${service} to this client.`;
    return wrong(error.message, advice);
  }
}

function pixelsOf(dataSet: DataSet): Buffer {
  return Buffer.concat((dataSet[tagOf("PixelData")]?.Value ?? []).map((value) => Buffer.from(value as Uint8Array)));
}
