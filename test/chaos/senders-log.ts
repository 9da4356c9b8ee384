import { appendFileSync } from "node:fs";
import type { Expected } from "./image-pool.ts";
import type { PlannedInstance } from "./load.ts";

/** What a sender knows of an instance: it was acknowledged or it was not. */
export interface SentInstance {
  readonly sopInstanceUID: string;
  readonly isImage: boolean;
  readonly templateName: string;
  readonly expected: Expected;
  readonly sha256: string;
  /** When it was first acknowledged, in milliseconds since 1970; undefined if never. */
  acknowledgedAt?: number;
}

export interface SentStudy {
  readonly studyInstanceUID: string;
  readonly instances: Map<string, SentInstance>;
  /** When the first of its instances was acknowledged. */
  acknowledgedAt?: number;
  /** When an acknowledgement of one of its instances, new or not, last came. */
  lastAcknowledgedAt?: number;
  /** Every acknowledgement of an instance, new or not: when it was asked for and when it came. */
  readonly acknowledgements: { readonly askedAt: number; readonly at: number }[];
}

/** What the senders sent and what they were told: the truth that everything else is held against. */
export class SendersLog {
  readonly #file: string;
  readonly studies = new Map<string, SentStudy>();
  readonly counts = { requests: 0, acknowledged: 0, noAnswer: 0, retries: 0, refusals: new Map<string, number>() };

  constructor(file: string) {
    this.#file = file;
  }

  sending(studyInstanceUID: string, instances: readonly (PlannedInstance & { sha256: string })[]): SentStudy {
    const study = this.studies.get(studyInstanceUID) ?? {
      studyInstanceUID,
      instances: new Map(),
      acknowledgements: [],
    };
    this.studies.set(studyInstanceUID, study);
    for (const { sopInstanceUID, template, sha256 } of instances) {
      if (study.instances.has(sopInstanceUID)) continue;
      const { isImage, expected, name: templateName } = template;
      study.instances.set(sopInstanceUID, { sopInstanceUID, isImage, templateName, expected, sha256 });
    }
    this.#write({ event: "sent", studyInstanceUID, instances: instances.map((one) => one.sopInstanceUID) });
    return study;
  }

  acknowledged(studyInstanceUID: string, sopInstanceUID: string, askedAt: number): void {
    const study = this.studies.get(studyInstanceUID);
    const instance = study?.instances.get(sopInstanceUID);
    if (study === undefined || instance === undefined)
      throw new Error(`${sopInstanceUID} was acknowledged and never sent`);
    const now = Date.now();
    instance.acknowledgedAt ??= now;
    study.acknowledgedAt ??= now;
    study.lastAcknowledgedAt = now;
    study.acknowledgements.push({ askedAt, at: now });
    this.counts.acknowledged += 1;
    this.#write({ event: "acknowledged", studyInstanceUID, sopInstanceUID });
  }

  refused(studyInstanceUID: string, what: string): void {
    this.counts.refusals.set(what, (this.counts.refusals.get(what) ?? 0) + 1);
    this.#write({ event: "refused", studyInstanceUID, what });
  }

  noAnswer(studyInstanceUID: string, why: string): void {
    this.counts.noAnswer += 1;
    this.#write({ event: "no answer", studyInstanceUID, why });
  }

  #write(line: object): void {
    appendFileSync(this.#file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
  }
}
