import {
  type AuditDestination,
  type AuditEvent,
  type AuditSource,
  Gathering,
  messageOf,
  type Subject,
  studyOf,
  writeAuditMessage,
} from "@redspot/audit";
import { type DataSet, text, values } from "@redspot/dicom";
import { Circuit, CircuitOpen } from "@redspot/dicomweb";
import { PatientDirectory } from "./patient-directory.ts";

interface DeliveryDependencies {
  destination: AuditDestination;
  source: AuditSource;
  /** The header of any instance of a study that the spool still has. */
  findHeader: (studyInstanceUID: string) => Promise<DataSet | undefined>;
  /** What the PACS says of a study; undefined where it does not know it. Rejects while it is away. */
  findPatient: (studyInstanceUID: string) => Promise<DataSet | undefined>;
  now: () => Date;
  circuit?: Circuit;
}

/** After so long a message goes without its patient rather than not at all. */
const PATIENCE_MS = 3_600_000;

class PatientAway extends Error {
  override readonly name = "AuditFailure";
  readonly code = "AUDIT_PATIENT_AWAY";
}

class DestinationAway extends Error {
  override readonly name = "AuditFailure";
  readonly code = "AUDIT_UNREACHABLE";
  readonly retryAfterMs: number;

  constructor({ message, retryAfterMs }: CircuitOpen) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Delivers an event: puts its message together, with the patient as the spool or the PACS has it at this moment, and
 * sends it. The patient is nowhere but in the message. A destination that is away is left in peace.
 */
export function auditDelivery(dependencies: DeliveryDependencies): (event: AuditEvent) => Promise<void> {
  const {
    destination,
    source,
    findHeader,
    findPatient,
    now,
    circuit = new Circuit({ isAway: () => true }),
  } = dependencies;
  const gathering = new Gathering({ deliver: (records) => circuit.run(() => destination.deliver(records)) });
  const directoryOf = (find: (study: string) => Promise<DataSet | undefined>) =>
    new PatientDirectory<Subject>({ find: async (study) => subjectOf(await find(study)), now });
  // Each by itself: what the spool has is not to wait for a PACS that is away.
  const [inSpool, inPacs] = [directoryOf(findHeader), directoryOf(findPatient)];

  const subjectOfEvent = async (event: AuditEvent): Promise<Subject | undefined> => {
    const study = studyOf(event);
    if (study === undefined) return undefined;
    const kept = (await inSpool.lookUp([study])).studies.get(study);
    if (kept !== undefined) return kept;
    const { pacs, studies } = await inPacs.lookUp([study]);
    const subject = studies.get(study);
    if (subject === undefined && pacs === "away" && now().getTime() - event.at < PATIENCE_MS) {
      throw new PatientAway("the patient of a study is not known while the PACS is away");
    }
    return subject;
  };

  return async (event) => {
    const message = messageOf(event, source, await subjectOfEvent(event));
    await gathering
      .send({
        id: event.id,
        at: message.at,
        event: message.eventID.meaning,
        host: event.process.host,
        pid: event.process.pid,
        xml: writeAuditMessage(message),
      })
      .catch((error: unknown) => {
        throw error instanceof CircuitOpen ? new DestinationAway(error) : error;
      });
  };
}

function subjectOf(header: DataSet | undefined): Subject | undefined {
  if (header === undefined) return undefined;
  const [name] = values(header, "PatientName");
  const { Alphabetic = "", Ideographic = "", Phonetic = "" } = (name ?? {}) as Record<string, string | undefined>;
  return {
    patientID: text(header, "PatientID"),
    // PS3.5 6.2.1: component groups, those at the end that are empty left out.
    patientName: `${Alphabetic}=${Ideographic}=${Phonetic}`.replace(/=+$/, ""),
    accessionNumber: text(header, "AccessionNumber"),
  };
}
