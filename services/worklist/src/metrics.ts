import { ACKNOWLEDGMENT_CODES } from "@redspot/hl7";
import { JOB_FAILURES, QUEUE_NAMES, type ReadingListCounts, type Sweep } from "@redspot/queue";
import { counter, gauge, histogram, type Metrics, serviceMetrics, WAIT_SECONDS } from "@redspot/runtime";
import { ANNOUNCEMENT_OUTCOMES } from "./announce.ts";

const outcome = ["fracture", "no-fracture", "inconclusive", "not-analysed"];
const priority = ["HIGH", "MEDIUM", "LOW"] as const;
const operation = ["store", "holds", "find-study", "find-patient", "find-studies"];

/** What the worklist service counts. */
export const definitions = {
  ...serviceMetrics(QUEUE_NAMES, Object.keys(JOB_FAILURES)),
  redspot_finding_latency_seconds: histogram(
    "From the arrival of a study's first instance until its first finding gives it its place on the reading list; with the outcome fracture it is how late the flag comes",
    WAIT_SECONDS,
    { outcome },
  ),
  redspot_reports_total: counter("Reports, by what became of them", {
    outcome: ["stored", "already stored", "superseded"],
  }),
  redspot_stage_duration_seconds: histogram(
    "How long a stage of a study's life takes. report: a try to write and send a report; pacs: an exchange with the PACS; announce: a try to tell another system of the finding",
    WAIT_SECONDS,
    { stage: ["report", "pacs", "announce"] },
  ),
  redspot_announcements_total: counter("Findings of which another system was to be told by HL7, by what became of it", {
    outcome: ANNOUNCEMENT_OUTCOMES,
  }),
  redspot_announcement_acknowledgements_total: counter("Acknowledgements of HL7 messages, by their code (MSA-1)", {
    code: ACKNOWLEDGMENT_CODES,
  }),
  redspot_audit_oldest_event_age_seconds: gauge(
    "How long ago the oldest event was that is audited and not delivered, of those that are next; 0 where none waits",
  ),
  redspot_pacs_requests_total: counter("Exchanges with the PACS", { operation, outcome: ["answered", "failed"] }),
  redspot_pacs_circuit_open: gauge(
    "1 while reports leave the PACS in peace, because it was away for several in a row; 0 while they are sent",
  ),
  redspot_pacs_up: gauge("Whether the PACS answered when it was last asked"),
  redspot_reading_list_studies: gauge("Studies on the reading list that are not done, by priority and state", {
    priority,
    state: ["SCHEDULED", "IN PROGRESS"],
  }),
  redspot_reading_list_done_studies: gauge("Studies that were completed or withdrawn and can still be brought back"),
  redspot_reading_list_longest_wait_seconds: gauge(
    "Since when the study has been there that waits longest to be taken up; 0 where none waits",
    { priority },
  ),
  redspot_findings_after_opening: gauge(
    "Findings that came once a person had taken the study up, too late to change its place; since the beginning",
  ),
  redspot_sweep_studies: gauge(
    "Studies of the sweep of a backlog that is under way, or has ended and was not put away; absent where there is none",
    { state: ["queued", "ended"] },
  ),
  redspot_sweep_paused: gauge("1 while the sweep is paused; absent where there is none"),
} as const;

export type WorklistMetrics = Metrics<typeof definitions>;

/** Looks whenever the metrics are read how much is on the reading list, and how long it waits. */
export function watchReadingList(
  metrics: WorklistMetrics,
  list: { counts(): Promise<ReadingListCounts> },
  now: () => Date,
): void {
  metrics.read(
    [
      "redspot_reading_list_studies",
      "redspot_reading_list_done_studies",
      "redspot_reading_list_longest_wait_seconds",
      "redspot_findings_after_opening",
    ],
    async (set) => {
      const { open, done, oldestArrival, findingsAfterOpening } = await list.counts();
      for (const one of priority) {
        for (const [state, studies] of Object.entries(open[one])) {
          set("redspot_reading_list_studies", { priority: one, state }, studies);
        }
        const since = oldestArrival[one];
        const wait = since === undefined ? 0 : Math.max(0, now().getTime() - since) / 1000;
        set("redspot_reading_list_longest_wait_seconds", { priority: one }, wait);
      }
      set("redspot_reading_list_done_studies", {}, done);
      set("redspot_findings_after_opening", {}, findingsAfterOpening);
    },
  );
}

/** Tells, whenever the metrics are read, how far the sweep of a backlog is. */
export function watchSweep(metrics: WorklistMetrics, backlog: { current(): Promise<Sweep | undefined> }): void {
  metrics.read(["redspot_sweep_studies", "redspot_sweep_paused"], async (set) => {
    const sweep = await backlog.current();
    if (sweep === undefined) return;
    const ended = Object.values(sweep.outcomes).reduce((sum, studies) => sum + studies, 0);
    set("redspot_sweep_studies", { state: "queued" }, sweep.queued);
    set("redspot_sweep_studies", { state: "ended" }, ended);
    set("redspot_sweep_paused", {}, sweep.paused ? 1 : 0);
  });
}
