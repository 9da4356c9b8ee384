import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import type { Repository } from "./repository.ts";

/** An audit message (PS3.15 A.5), as far as the checker wants to know it. */
export interface SeenMessage {
  /** Of the event: the same however often it is sent. */
  readonly id: string;
  /** EventTypeCode: DCM's numbers, and words of Redspot's own. */
  readonly type: string;
  /** EventOutcomeIndicator. */
  readonly outcome: number;
  readonly studyInstanceUID?: string;
  /** Number of instances, of all SOP classes. */
  readonly instances: number;
}

/** The audit trail as it has arrived, in the file and at the repository. */
export class AuditView {
  readonly #file: string;
  readonly #repository: Repository;
  readonly #arrived: SeenMessage[] = [];
  #written: SeenMessage[] = [];
  #readBytes = 0;

  constructor(file: string, repository: Repository) {
    this.#file = file;
    this.#repository = repository;
  }

  /** All that is there now. */
  read(): SeenMessage[] {
    this.#arrived.push(...this.#repository.take().flatMap((message) => readMessage(message)));
    if (existsSync(this.#file)) this.#readOn();
    return [...this.#arrived, ...this.#written];
  }

  /** Reads the file from its beginning: a power cut has taken from it. */
  readAnew(): void {
    this.#written = [];
    this.#readBytes = 0;
  }

  #readOn(): void {
    const file = openSync(this.#file, "r");
    const bytes = Buffer.alloc(fstatSync(file).size - this.#readBytes);
    const length = readSync(file, bytes, 0, bytes.byteLength, this.#readBytes);
    closeSync(file);
    const whole = bytes.subarray(0, bytes.subarray(0, length).lastIndexOf("\n") + 1);
    this.#readBytes += whole.byteLength;
    for (const line of whole.toString("utf8").split("\n")) this.#written.push(...readLine(line));
  }
}

/** A line that a full disk left half is none; what it should have said comes again. */
function readLine(line: string): SeenMessage[] {
  try {
    return readMessage((JSON.parse(line) as { xml: string }).xml);
  } catch {
    return [];
  }
}

/** Reads a message by its elements' names, with none of the code that wrote it. */
export function readMessage(xml: string): SeenMessage[] {
  const objects = [
    ...xml.matchAll(/<ParticipantObjectIdentification ([^>]*)>(.*?)<\/ParticipantObjectIdentification>/gs),
  ];
  const objectOf = (type: string) =>
    objects.find(([, , content]) => new RegExp(`<ParticipantObjectIDTypeCode csd-code="${type}"`).test(content!))?.[1];
  const idOf = (attributes = "") => /ParticipantObjectID="([^"]*)"/.exec(attributes)?.[1];
  const id = idOf(objectOf("audit-event"));
  const type = /<EventTypeCode csd-code="([^"]*)"/.exec(xml)?.[1];
  const outcome = /EventOutcomeIndicator="(\d+)"/.exec(xml)?.[1];
  if (id === undefined || type === undefined || outcome === undefined) return [];
  const studyInstanceUID = idOf(objectOf("110180"));
  const instances = [...xml.matchAll(/NumberOfInstances="(\d+)"/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  return [
    {
      id,
      type,
      outcome: Number(outcome),
      ...(studyInstanceUID !== undefined && { studyInstanceUID }),
      instances,
    },
  ];
}
