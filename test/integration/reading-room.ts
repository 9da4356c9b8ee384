import { join } from "node:path";
import { type DataSet, dataSetOf, type ElementValue, text, writePart10 } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { closeStore, connectStore, FindingStore, ReadingList, StudyLedger, StudyQueue } from "@redspot/queue";
import { staticTokenEntry } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { type ChildProgram, freePort, startService, type WorkFolder, workFolder } from "@redspot/testbed";
import { type Finding, findingOf, type InstanceFinding, type ReasonCode, reason } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";

const CR = "1.2.840.10008.5.1.4.1.1.1";

/** The cut-off and band of the findings made here. */
const CUT_OFF = { cutOff: 0.45, inconclusiveBand: { low: 0.4, high: 0.5 } };

export interface RoomOptions {
  redisUrl: string;
  /** Base address of the PACS's DICOMweb services. */
  pacsUrl: string;
  /** Redis as the service reaches it, where that is another way than the fixture's own. */
  serviceRedisUrl?: string;
  token?: string;
  /** Who else may use the service, as REDSPOT_TOKENS has it. */
  people?: readonly Person[];
  environment?: Record<string, string>;
}

/** Somebody with a token of their own. */
export interface Person {
  name: string;
  token: string;
  scopes: readonly ("read" | "work" | "admin")[];
}

export interface StudyPlan {
  studyInstanceUID: string;
  /** Calibrated probability of the study's image; or why it was passed over; or nothing, while it waits for analysis. */
  probability?: number;
  passedOver?: ReasonCode;
  laterality?: "L" | "R";
  intendedUse?: "demonstration" | "clinical";
  revision?: number;
  /** Attributes of the image's header, beside those that every image has. */
  header?: Record<string, ElementValue>;
  activationMap?: number[];
}

/** A worklist service as a process, and its Redis and spool as the other services would have filled them. */
export async function openReadingRoom(options: RoomOptions) {
  const { redisUrl, serviceRedisUrl = redisUrl, pacsUrl, token = "", people = [], environment = {} } = options;
  const folder: WorkFolder = workFolder("reading-room");
  const spoolDir = join(folder.path, "spool");
  const spool = await FileSpool.open(spoolDir);
  const prefix = `test-${crypto.randomUUID()}`;
  const store = connectStore(redisUrl, { prefix });
  const [ledger, findings, list] = [new StudyLedger(store), new FindingStore(store), new ReadingList(store)];
  const reports = new StudyQueue(store, "report");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    REDSPOT_REDIS_URL: serviceRedisUrl,
    REDSPOT_REDIS_PREFIX: prefix,
    REDSPOT_SPOOL_DIR: spoolDir,
    REDSPOT_PACS_URL: pacsUrl,
    REDSPOT_TOKENS: [
      ...(token === "" ? [] : [{ name: "reading-room", token, scopes: ["read", "work"] as const }]),
      ...people,
    ]
      .map((person) => staticTokenEntry(person, person.token))
      .join(),
    TZ: "Europe/London",
    ...environment,
  };
  let program: ChildProgram | undefined;

  const open = async (): Promise<void> => {
    const service = await startService("worklist", { folder: folder.path, environment: env, port });
    program = service.program;
    await service.ready();
  };

  const receive = async (studyInstanceUID: string, dataSet: DataSet): Promise<void> => {
    const [sopInstanceUID, sopClassUID] = [text(dataSet, "SOPInstanceUID")!, text(dataSet, "SOPClassUID")!];
    const bytes = writePart10(dataSet);
    const incoming = await spool.receive();
    await incoming.write(bytes);
    await incoming.commit({ studyInstanceUID, sopInstanceUID });
    const note = { studyInstanceUID, sopInstanceUID, sopClassUID, isImage: true, bytes: bytes.byteLength };
    await ledger.noteInstance(note);
  };

  const arrive = async (plan: StudyPlan): Promise<DataSet> => {
    const dataSet = imageOf(plan);
    await receive(plan.studyInstanceUID, dataSet);
    return dataSet;
  };

  return {
    url,
    /** What another service needs to be told to work in this room. */
    environment: { REDSPOT_REDIS_URL: redisUrl, REDSPOT_REDIS_PREFIX: prefix, REDSPOT_SPOOL_DIR: spoolDir },
    /** Where the logs of its services go. */
    folder: folder.path,
    store,
    list,
    findings,
    spool,
    /** Starts the service and waits until it can work. */
    open,
    /** What the service is told, from its next start. */
    tell: (variables: Record<string, string>) => void Object.assign(env, variables),
    /** An image that has arrived is in the PACS too. */
    storeInPacs: (dataSet: DataSet) =>
      new DicomWebClient({ url: pacsUrl }).storeInstances([writePart10(dataSet)]).then(() => undefined),
    /** Ends the service, does something meanwhile, and starts it again. */
    async interrupt(meanwhile: () => Promise<void>): Promise<void> {
      await program?.stop();
      await meanwhile();
      await open();
    },
    /** What the service has written to its log. */
    log: () => program?.tail(1000) ?? "",
    /** An instance arrives, as at the stow service: it is in the spool, and its study on the list. */
    receive,
    /** A study's image arrives. */
    arrive,
    /** A study is on the list, of which nothing is in the spool. */
    async note(studyInstanceUID: string): Promise<void> {
      const sopInstanceUID = `${studyInstanceUID}.1`;
      const note = {
        studyInstanceUID,
        sopInstanceUID,
        sopClassUID: CR,
        isImage: true,
        bytes: 1,
      };
      await ledger.noteInstance(note);
    },
    /** The inference service has done with a study; the report's job is queued. */
    async analyse(plan: StudyPlan): Promise<Finding> {
      const finding = findingFor(plan);
      if (plan.probability !== undefined) {
        await spool.putPreview(plan.studyInstanceUID, imageUid(plan), gradient());
      }
      await findings.put(finding);
      await reports.add({ studyInstanceUID: plan.studyInstanceUID, revision: finding.revision });
      return finding;
    },
    async close(): Promise<void> {
      await program?.stop();
      await reports.close();
      await closeStore(store);
      folder.remove();
    },
  };
}

/** Puts the image of a study into the PACS, where it comes from in life. */
export async function storeInPacs(pacsUrl: string, plan: StudyPlan): Promise<void> {
  await new DicomWebClient({ url: pacsUrl }).storeInstances([writePart10(imageOf(plan))]);
}

export function imageUid({ studyInstanceUID, revision = 1 }: StudyPlan): string {
  return `${studyInstanceUID}.1.${revision}`;
}

/** A radiograph of four pixels. */
function imageOf(plan: StudyPlan): DataSet {
  return dataSetOf({
    SpecificCharacterSet: "ISO_IR 192",
    SOPClassUID: CR,
    SOPInstanceUID: imageUid(plan),
    StudyInstanceUID: plan.studyInstanceUID,
    SeriesInstanceUID: `${plan.studyInstanceUID}.1`,
    Modality: "CR",
    StudyDate: "20260301",
    StudyTime: "101500",
    StudyDescription: "Wrist, lateral",
    SeriesNumber: "1",
    InstanceNumber: "1",
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: 2,
    Columns: 2,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelData: new Uint8Array([0, 85, 170, 255]),
    ...plan.header,
  });
}

function findingFor(plan: StudyPlan): Finding {
  const { studyInstanceUID, probability, passedOver, laterality = "L", revision = 1 } = plan;
  const instance = { sopInstanceUID: imageUid(plan), sopClassUID: CR };
  const logit = Math.log((probability ?? 0.5) / (1 - (probability ?? 0.5)));
  const found: InstanceFinding =
    probability === undefined
      ? { ...instance, analysed: false, reason: reason(passedOver ?? "ANALYSIS_FAILED") }
      : {
          ...instance,
          analysed: true,
          logit,
          probability,
          laterality,
          activationMap: plan.activationMap ?? hotCell(logit),
        };
  return findingOf({
    studyInstanceUID,
    revision,
    instances: [found],
    model: {
      ...EXAMPLE_MODEL,
      name: "test-model",
      version: "1.2.3",
      intendedUse: plan.intendedUse ?? "demonstration",
      ...CUT_OFF,
      engine: "test",
    },
    softwareVersion: "0.1.0",
    analysedAt: new Date(),
  });
}

/** A map with one patch of evidence, whose mean is the logit. */
function hotCell(logit: number): number[] {
  const patch = Array.from({ length: 64 }, (_, cell) => {
    const [row, column] = [Math.floor(cell / 8), cell % 8];
    return 12 * Math.exp(-((row - 3) ** 2 + (column - 4) ** 2) / 2);
  });
  const mean = patch.reduce((sum, value) => sum + value, 0) / 64;
  return patch.map((value) => value - mean + logit);
}

/** A plain model input, as a portable greymap. */
function gradient(): Uint8Array {
  const size = 299;
  const data = Uint8Array.from({ length: size * size }, (_, pixel) => 60 + Math.round((pixel % size) / 3));
  return Buffer.concat([Buffer.from(`P5 ${size} ${size} 255\n`), data]);
}
