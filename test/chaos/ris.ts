import { acknowledge, type MllpAnswer, type MllpReceiver, startMllpReceiver } from "@redspot/testbed";

/** What a RIS does with a message instead of taking it. */
export type RisBehaviour =
  /** Nobody listens. */
  | "away"
  /** It takes what comes and never answers. */
  | "silent"
  /** It takes what comes and breaks the connection off instead of answering. */
  | "reset"
  /** An error (MSA-1 AE): it wants it again. */
  | "AE"
  /** A refusal (MSA-1 AR): it is a dead letter, and somebody has to see to it. */
  | "AR";

export interface Accepted {
  readonly controlId: string;
  readonly studyInstanceUID: string;
}

/** A RIS that is told of findings by MLLP, and keeps what it has accepted. */
export class Ris {
  readonly port: number;
  /** What it answered with AA, in order; the answer may not have come through. */
  readonly accepted: Accepted[] = [];
  #receiver: MllpReceiver | undefined;
  #behaviour: RisBehaviour | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(port: number): Promise<Ris> {
    const ris = new Ris(port);
    await ris.#listen();
    return ris;
  }

  /** How it behaves from now on; it takes everything where left out. */
  async behave(behaviour?: RisBehaviour): Promise<void> {
    this.#behaviour = behaviour;
    if (behaviour === "away") await this.stop();
    else if (this.#receiver === undefined) await this.#listen();
  }

  async stop(): Promise<void> {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    await receiver?.close();
  }

  async #listen(): Promise<void> {
    this.#receiver = await startMllpReceiver({ port: this.port, answer: (message) => this.#answer(message) });
  }

  #answer(message: string): MllpAnswer {
    if (this.#receiver !== undefined) this.#receiver.messages.length = 0;
    switch (this.#behaviour) {
      case "silent":
        return "silence";
      case "reset":
        return "reset";
      case "AE":
      case "AR":
        return acknowledge(message, this.#behaviour);
      default: {
        this.accepted.push(readAnnouncement(message));
        return acknowledge(message);
      }
    }
  }
}

/** MSH-10, and the row that names the study (IHE RAD TF-2, 4.7). */
export function readAnnouncement(message: string): Accepted {
  const [header = [], ...segments] = message.split("\r").map((segment) => segment.split("|"));
  const study = segments.find(([name, , , what]) => name === "OBX" && what?.startsWith("113014^"));
  return { controlId: header[9] ?? "", studyInstanceUID: study?.[5] ?? "" };
}
