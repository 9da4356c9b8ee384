import { Message } from "node-hl7-client";
import { Hl7Error } from "./hl7-error.ts";

/** HL7 table 0008, of both acknowledgement modes (2.5.1, 2.9): original mode's A.., enhanced mode's C... */
export const ACKNOWLEDGMENT_CODES = ["AA", "AE", "AR", "CA", "CE", "CR"] as const;
type AcknowledgmentCode = (typeof ACKNOWLEDGMENT_CODES)[number];

/** What a receiver says of a message. */
interface Acknowledgement {
  /** MSA-1. */
  code: AcknowledgmentCode;
  /** MSA-2: MSH-10 of the message that it is about. */
  controlId: string;
  /** The first ERR segment's error code, of HL7 table 0357, where there is one. */
  errorCode?: string;
  /** Where it says the error is, such as PID-3. */
  errorLocation?: string;
}

/**
 * Reads an acknowledgement (ACK, or an application's answer such as ORI^O24: what counts is its MSA segment). Only codes
 * and places are taken from it: its texts (MSA-3, ERR-7, ERR-8) often repeat what was sent. Throws UNCLEAR.
 */
export function readAcknowledgement(text: string): Acknowledgement {
  let message: Message;
  let code = "";
  let controlId = "";
  try {
    message = new Message({ text });
    code = message.get("MSA.1").toString();
    controlId = message.get("MSA.2").toString();
  } catch {
    throw new Hl7Error("UNCLEAR", "it is no HL7 message");
  }
  if (!isAcknowledgmentCode(code)) throw new Hl7Error("UNCLEAR", "MSA-1 is no code of table 0008");
  const errorCode = shaped(message, "ERR.3.1", /^\d{1,3}$/);
  const segment = shaped(message, "ERR.2.1", /^[A-Z][A-Z0-9]{2}$/);
  const field = shaped(message, "ERR.2.3", /^\d{1,3}$/);
  return {
    code,
    controlId,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(segment === undefined ? {} : { errorLocation: field === undefined ? segment : `${segment}-${field}` }),
  };
}

/**
 * What the receiver did by what it says failed (HL7 table 0357): whether the same message can be taken another time. What
 * the table does not have is decided by MSA-1.
 */
const ERROR_CODES: Readonly<Record<string, { meaning: string; isTransient: boolean }>> = {
  "100": { meaning: "segment sequence error", isTransient: false },
  "101": { meaning: "required field missing", isTransient: false },
  "102": { meaning: "data type error", isTransient: false },
  "103": { meaning: "table value not found", isTransient: false },
  "200": { meaning: "unsupported message type", isTransient: false },
  "201": { meaning: "unsupported event code", isTransient: false },
  "202": { meaning: "unsupported processing ID", isTransient: false },
  "203": { meaning: "unsupported version ID", isTransient: false },
  "204": { meaning: "unknown key identifier: the order or the patient may yet come", isTransient: true },
  "205": { meaning: "duplicate key identifier", isTransient: false },
  "206": { meaning: "application record locked", isTransient: true },
  "207": { meaning: "application internal error", isTransient: true },
};

/**
 * Whether a message was taken: AA and CA say so. Throws FAILED where another try can help, REFUSED where it cannot, and
 * UNCLEAR where the answer is about another message.
 */
export function assertAccepted(answer: Acknowledgement, controlId: string): void {
  const { code, errorCode, errorLocation } = answer;
  if (answer.controlId !== controlId) throw new Hl7Error("UNCLEAR", "MSA-2 is not this message's control ID");
  if (code === "AA" || code === "CA") return;
  const known = errorCode === undefined ? undefined : ERROR_CODES[errorCode];
  const isTransient = known?.isTransient ?? code.endsWith("E");
  const told = [
    code,
    ...(errorCode === undefined ? [] : [`error ${errorCode}${known ? ` (${known.meaning})` : ""}`]),
    ...(errorLocation === undefined ? [] : [`at ${errorLocation}`]),
  ];
  throw new Hl7Error(isTransient ? "FAILED" : "REFUSED", told.join(", "));
}

function isAcknowledgmentCode(text: string): text is AcknowledgmentCode {
  return (ACKNOWLEDGMENT_CODES as readonly string[]).includes(text);
}

/** A value that has the shape of a code: any other may be anything. */
function shaped(message: Message, path: string, shape: RegExp): string | undefined {
  try {
    const value = message.get(path).toString();
    return shape.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
