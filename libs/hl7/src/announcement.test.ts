import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aFinding, aSource, OTHER_IMAGE, STUDY } from "@redspot/sr/report-fixture";
import { type Announcement, announcementOf, type Sender } from "./announcement.ts";
import { controlIdOf } from "./control-id.ts";

const sender: Sender = {
  ...{ messageType: "ORU^R01", sendingApplication: "REDSPOT", serialNumber: "7" },
  ...{ characterSet: "UNICODE UTF-8", language: "en-GB" },
};

function lines(changes: Partial<Announcement> = {}, as: Partial<Sender> = {}): string[] {
  return announcementOf({
    controlId: controlIdOf(aFinding()),
    finding: aFinding({ intendedUse: "clinical" }),
    header: aSource(),
    report: { sopInstanceUID: "2.25.1" },
    isCorrection: false,
    sender: { ...sender, ...as },
    now: new Date("2026-03-29T02:00:00Z"),
    utcOffset: "+0100",
    ...changes,
  }).split("\r");
}

const rows = (of: string, from: string[]) => from.filter((line) => line.startsWith("OBX|") && line.includes(`|${of}^`));

describe("the message of a finding", () => {
  test("is what it was, to the character", () => {
    const [msh, sft, pid, orc, obr, study, fracture, certainty] = lines();
    assert.equal(
      msh,
      `MSH|^~\\&|REDSPOT||||20260329030000+0100||ORU^R01^ORU_R01|${controlIdOf(aFinding())}|P|2.5.1||||||UNICODE UTF-8`,
    );
    assert.equal(sft, `SFT|Redspot|0.1.0|Redspot|${"a".repeat(64)}`);
    assert.equal(pid, "PID|1||P1^^^^PI||Müller^Jürgen^^^^^^A||19500131|M");
    assert.equal(orc, "ORC|RE||A1");
    assert.equal(
      obr,
      "OBR|1||A1|43468-8^XR unspecified body region^LN|||20260329021500|||||||||||A1||||20260329023015+0100||RAD|P",
    );
    assert.equal(study, `OBX|1|ST|113014^DICOM Study^DCM||${STUDY}||||||O`);
    assert.equal(
      fracture,
      "OBX|2|CWE|72704001^Fracture^SCT|1|52101004^Present^SCT|||A|||P|||||||7^Redspot|20260329023015+0100",
    );
    assert.equal(
      certainty,
      "OBX|3|NM|111012^Certainty of Finding^DCM|1|93.40|%^Percent^UCUM|<45.00||||P|||||||7^Redspot|20260329023015+0100",
    );
    assert.equal(lines().at(-1), "", "the last segment ends too (HL7 2.5.1, 2.6)");
  });

  test("in ISO 8859-1 lacks marks and scripts that it does not have, and nothing of an identifier", () => {
    const of = (PatientName: string, more = {}) =>
      lines({ header: aSource({ PatientName, ...more }) }, { characterSet: "8859/1" });
    const [msh, , pid] = of("Wałęsa^Jürgen=山田^太郎=やまだ^たろう");
    assert.equal(msh?.split("|")[17], "8859/1");
    assert.equal(pid?.split("|")[5], "Wa?esa^Jürgen^^^^^^A");
    // One character or two, it is the same letter.
    assert.equal(of("Mu\u0308ller")[2]?.split("|")[5], "Müller^^^^^^^A");
    assert.match(of("Ñandú^Óscar", { PatientID: "É1" })[2]!, /\|É1\^/);
    for (const [keyword, field] of [
      ["PatientID", "PID-3"],
      ["AdmissionID", "PV1-19"],
      ["AccessionNumber", "ORC-3"],
    ] as const) {
      assert.throws(() => of("Doe", { [keyword]: "Ł1" }), { code: "UNWRITABLE", message: new RegExp(`: ${field}$`) });
      assert.doesNotThrow(() => lines({ header: aSource({ [keyword]: "Ł1" }) }));
    }
  });

  test("has a control ID of twenty characters that depends on study, revision and package alone", () => {
    assert.match(controlIdOf(aFinding()), /^[0-9A-Z]{20}$/);
    assert.equal(controlIdOf(aFinding()), controlIdOf(aFinding({ probability: 0.1 })));
    assert.notEqual(controlIdOf(aFinding()), controlIdOf(aFinding({ revision: 2 })));
    assert.notEqual(controlIdOf(aFinding()), controlIdOf(aFinding(), "report"));
  });

  test("each outcome has its code, and what could not be analysed says why", () => {
    for (const [probability, presence, flag] of [
      [0.934, "52101004^Present^SCT", "A"],
      [0.45, "373068000^Undetermined^SCT", ""],
      [0.1, "272519000^Absent^SCT", ""],
    ] as const) {
      const [study] = rows("72704001", lines({ finding: aFinding({ probability, intendedUse: "clinical" }) }));
      assert.deepEqual([study?.split("|")[5], study?.split("|")[8]], [presence, flag]);
    }
    const without = lines({ finding: aFinding({ probability: undefined }) });
    const [row, ...others] = rows("72704001", without);
    assert.deepEqual(others, []);
    assert.equal(row?.split("|")[11], "X");
    assert.deepEqual(rows("111012", without), []);
    assert.match(rows("111065", without)[0]!, /111225\^Not Attempted\^DCM/);
    assert.match(rows("121106", without).join(), /NOT_A_WRIST/);
  });

  test("sides are those of the images, each with its own certainty", () => {
    const [right] = aFinding({ laterality: "R", probability: 0.2 }).instances;
    const both = aFinding({ passed: [{ ...right!, sopInstanceUID: OTHER_IMAGE }] });
    const told = lines({ finding: both });
    const value = (line: string) => line.split("|").slice(4, 6).join(" ");
    assert.deepEqual(rows("272741003", told).map(value), ["2 7771000^Left^SCT", "3 24028007^Right^SCT"]);
    assert.deepEqual(rows("111012", told).map(value), ["1 93.40", "2 93.40", "3 20.00"]);
    assert.deepEqual(rows("272741003", lines({ finding: aFinding({ laterality: undefined }) })), []);
  });

  test("a demonstration cannot be taken for a clinical result", () => {
    const told = lines({ finding: aFinding({ intendedUse: "demonstration" }) }, { messageType: "OMI^O23" });
    assert.equal(told[0]?.split("|")[10], "T");
    assert.equal(rows("72704001", told)[0]?.split("|")[8], "");
    assert.match(rows("121106", told)[0]!, /NOT FOR CLINICAL USE/);
    assert.ok(!told.some((line) => line.startsWith("TQ1")), "and moves no order");
  });

  test("an order's priority is only raised", () => {
    const orders = (probability: number) =>
      lines({ finding: aFinding({ probability, intendedUse: "clinical" }) }, { messageType: "OMI^O23" });
    const [urgent, calm] = [orders(0.9), orders(0.1)];
    assert.ok(urgent.includes("TQ1|1||||||||A^ASAP^HL70485"));
    assert.ok(urgent.some((line) => line.startsWith("ORC|XO|")));
    assert.ok(!calm.some((line) => line.startsWith("TQ1")));
    assert.ok(calm.some((line) => line.startsWith("ORC|SC|")));
    assert.equal(calm.at(-2), `IPC|A1||${STUDY}||CR`);
  });

  test("never claims to be final, or a diagnosis, in any language", () => {
    for (const [language, words] of [
      ["en-GB", /It is no diagnosis/],
      ["de-DE", /keine Diagnose/],
    ] as const) {
      const told = lines({ isCorrection: true }, { language });
      assert.equal(told.find((line) => line.startsWith("OBR"))?.split("|")[25], "C");
      for (const row of told.filter((line) => line.startsWith("OBX"))) assert.match(row.split("|")[11]!, /^[OPX]$/);
      assert.match(rows("121106", told).join(), words);
    }
    assert.match(rows("72704001", lines({}, { language: "de-DE" }))[0]!, /\|52101004\^Vorhanden\^SCT\|/);
  });

  test("says that there is no report, and why", () => {
    const told = lines({ report: { code: "PACS_REFUSED" } });
    assert.deepEqual(rows("126000", told), []);
    assert.match(rows("121106", told).join(), /not in the archive \(PACS_REFUSED\)/);
  });

  test("what a header has that is not legal is left out", () => {
    const odd = { PatientBirthDate: "31.01.1950", PatientSex: "MALE", StudyDate: "yesterday", PatientName: "^^^" };
    const told = lines({ header: aSource(odd) });
    assert.equal(told[2], "PID|1||P1^^^^PI");
    assert.equal(told.find((line) => line.startsWith("OBR"))?.split("|")[7], "");
  });
});
