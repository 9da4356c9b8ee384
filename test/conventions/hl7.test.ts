/** Holds the mapping in docs/hl7.md to the messages that are written. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { dataSetOf } from "@redspot/dicom";
import { announcementOf, MESSAGE_TYPES, type MessageType } from "@redspot/hl7";
import { aFinding, aSource, OTHER_IMAGE, passedOver } from "@redspot/sr/report-fixture";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "hl7.md"), "utf8");
const cells = (shape: RegExp) => [...page.matchAll(shape)].map(([, first]) => first!).sort();

const issuer = dataSetOf({
  LocalNamespaceEntityID: "NORTH",
  UniversalEntityID: "1.2.3",
  UniversalEntityIDType: "ISO",
});

/** A header with everything that a message takes from one. */
const header = aSource({
  IssuerOfPatientID: "HOSPITAL",
  IssuerOfAccessionNumberSequence: [issuer],
  AdmissionID: "V1",
  IssuerOfAdmissionIDSequence: [issuer],
  PlacerOrderNumberImagingServiceRequest: "PLACER-1",
  FillerOrderNumberImagingServiceRequest: "FILLER-1",
  RequestAttributesSequence: [dataSetOf({ RequestedProcedureID: "RP1", ScheduledProcedureStepID: "SPS1" })],
});

const messageOf = (messageType: MessageType) =>
  announcementOf({
    controlId: "0".repeat(20),
    finding: aFinding({ intendedUse: "clinical", passed: [passedOver(OTHER_IMAGE, "NOT_LATERAL")] }),
    header,
    report: { sopInstanceUID: "2.25.1" },
    isCorrection: true,
    sender: {
      messageType,
      sendingApplication: "REDSPOT^1.2.3^ISO",
      sendingFacility: "HOSPITAL",
      receivingApplication: "RIS",
      receivingFacility: "HOSPITAL",
      characterSet: "UNICODE UTF-8",
      language: "en-GB",
      serialNumber: "1",
    },
    now: new Date("2026-03-29T02:00:00Z"),
    utcOffset: "+0100",
  });

/** The fields of a message that hold something, such as PID-3. */
function fieldsOf(message: string): string[] {
  return message.split("\r").flatMap((line) => {
    const [name = "", ...fields] = line.split("|");
    const numbered = name === "MSH" ? ["|", ...fields] : fields;
    return numbered.flatMap((value, index) => (value === "" ? [] : [`${name}-${index + 1}`]));
  });
}

const messages = (Object.keys(MESSAGE_TYPES) as MessageType[]).map(messageOf);

describe("docs/hl7.md", () => {
  test("has every field that a message can have, and no other", () => {
    const written = [...new Set(messages.flatMap(fieldsOf))].sort();
    assert.deepEqual(cells(/^\| ([A-Z0-9]{3}-\d+) \|/gm), written);
  });

  test("has every row by its OBX-3 and its value type", () => {
    const rows = messages
      .join("")
      .split("\r")
      .filter((line) => line.startsWith("OBX|"))
      .map((line) => line.split("|"))
      .map(([, , type, of]) => `\`${of}\` | ${type}`);
    assert.deepEqual(cells(/^\| (`[^`]+\^[^`]+` \| [A-Z]{2,3}) \|/gm), [...new Set(rows)].sort());
  });
});
