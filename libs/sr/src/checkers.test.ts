import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type DataSet, dataSetOf, items, readPart10, tagOf, text, writePart10 } from "@redspot/dicom";
import { buildReport } from "./index.ts";
import { aFinding, aSource, DEVICE, NOW, OTHER_IMAGE, passedOver, SR_OF_STUDY, STUDY } from "./report-fixture.ts";

const directory = mkdtempSync(join(tmpdir(), "redspot-sr-"));
after(() => rmSync(directory, { recursive: true }));

interface Verdict {
  status: number | null;
  complaints: string[];
}

/** The lines in which a checker complains about a data set, by a pattern. */
function check(command: string, args: string[], complaint: RegExp, dataSet: DataSet): Verdict {
  const path = join(directory, `${command}.dcm`);
  writeFileSync(path, writePart10(dataSet));
  const { status, stdout, stderr, error } = spawnSync(command, [...args, path], { encoding: "latin1" });
  if (error) throw error;
  return { status, complaints: `${stdout}${stderr}`.split("\n").filter((line) => complaint.test(line)) };
}

/** dicom3tools: modules, types, value representations and multiplicities. */
const dciodvfy = (dataSet: DataSet) => check("dciodvfy", [], /^Error/, dataSet);
/** dcmtk: the content tree, its relationships and references. */
const dsrdump = (dataSet: DataSet) =>
  // It does not check the VR of UTF-8 text, and says so for every report; dciodvfy does.
  check("dsrdump", [], /^[EWF]: (?!The VR checker does not support this Specific Character Set: ISO_IR 192)/, dataSet);

function missing(command: string): string | false {
  const { error } = spawnSync(command, ["--version"]);
  return error === undefined ? false : `${command} is not installed`;
}
const skip = missing("dciodvfy") || missing("dsrdump");

const two = [aSource(), aSource({ SOPInstanceUID: OTHER_IMAGE, SeriesInstanceUID: `${STUDY}.8` })];
const CASES: Record<string, { finding: Parameters<typeof aFinding>[0]; sources?: DataSet[] }> = {
  fracture: { finding: {} },
  "fracture, clinical model": { finding: { intendedUse: "clinical" } },
  "fracture without laterality": { finding: { laterality: undefined } },
  "no fracture": { finding: { probability: 0.031 } },
  "no fracture at all": { finding: { probability: 0 } },
  inconclusive: { finding: { probability: 0.42 } },
  "one image analysed, one passed over": {
    finding: { passed: [passedOver(OTHER_IMAGE, "NOT_LATERAL")] },
    sources: two,
  },
  "not analysed": { finding: { probability: undefined } },
  "not analysed, the study holds no image": {
    finding: { probability: undefined, passed: [passedOver(`${STUDY}.7.7`, "NO_IMAGE")] },
    sources: [SR_OF_STUDY],
  },
  "not analysed, one instance unreadable": {
    finding: { probability: undefined, passed: [passedOver(`${STUDY}.7.9`, "UNREADABLE_INSTANCE")] },
  },
  "a patient with an ideographic name": {
    finding: {},
    sources: [
      aSource({
        SpecificCharacterSet: ["", "ISO 2022 IR 87"],
        PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう",
        StudyDescription: "手関節 側面",
      }),
    ],
  },
  "a source without its type 2 attributes": {
    finding: {},
    sources: [
      dataSetOf({
        SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
        SOPInstanceUID: `${STUDY}.7.1`,
        StudyInstanceUID: STUDY,
        SeriesInstanceUID: `${STUDY}.7`,
        Rows: 2000,
        Columns: 1500,
      }),
    ],
  },
  "a source with values that are not legal": {
    finding: {},
    sources: [
      aSource({
        PatientSex: "female",
        PatientBirthDate: "1950.01.31",
        StudyDate: "20260230",
        StudyTime: "25:00",
        PatientAge: "66",
        AccessionNumber: "A123456789012345678901234567890",
        PatientName: "X".repeat(80),
      }),
    ],
  },
  "a procedure code and a time zone of the source": {
    finding: {},
    sources: [
      aSource({
        TimezoneOffsetFromUTC: "-0330",
        ProcedureCodeSequence: [
          dataSetOf({ CodeValue: "XWRIST", CodingSchemeDesignator: "99LOCAL", CodeMeaning: "Wrist" }),
        ],
      }),
    ],
  },
};

describe("the report, to its checkers", { skip }, () => {
  for (const [name, { finding, sources = [aSource()] }] of Object.entries(CASES)) {
    test(name, () => {
      const { dataSet } = buildReport({ finding: aFinding(finding), sources, device: DEVICE, now: NOW });
      assert.deepEqual(dciodvfy(dataSet).complaints, []);
      assert.deepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
    });
  }

  test("a report that supersedes another", () => {
    const { dataSet } = buildReport({
      finding: aFinding({ revision: 2 }),
      sources: [aSource()],
      device: DEVICE,
      now: NOW,
      predecessor: buildReport({ finding: aFinding(), sources: [aSource()], device: DEVICE, now: NOW }),
    });
    assert.deepEqual(dciodvfy(dataSet).complaints, []);
    assert.deepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
  });
});

describe("the checkers, with an error planted", { skip }, () => {
  const sound = () =>
    readPart10(
      writePart10(buildReport({ finding: aFinding(), sources: [aSource()], device: DEVICE, now: NOW }).dataSet),
    ).dataSet;
  const first = (dataSet: DataSet, valueType: string): DataSet => {
    const found = items(dataSet, "ContentSequence").find((item) => text(item, "ValueType") === valueType);
    assert.ok(found);
    return found;
  };

  test("dciodvfy sees that a type 1 attribute is missing", () => {
    const dataSet = sound();
    delete dataSet[tagOf("CompletionFlag")];
    assert.match(dciodvfy(dataSet).complaints.join(), /CompletionFlag/);
  });

  test("dciodvfy sees an enumerated value that is none", () => {
    const dataSet = { ...sound(), ...dataSetOf({ VerificationFlag: "PERHAPS" }) };
    assert.match(dciodvfy(dataSet).complaints.join(), /Unrecognized enumerated value.*VerificationFlag|PERHAPS/);
  });

  test("dsrdump sees a relationship that the IOD does not allow", () => {
    const dataSet = sound();
    Object.assign(first(dataSet, "CONTAINER"), dataSetOf({ RelationshipType: "HAS CONCEPT MOD" }));
    assert.notDeepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
  });

  test("dsrdump sees a UID reference that is no UID", () => {
    const dataSet = sound();
    Object.assign(first(dataSet, "UIDREF"), dataSetOf({ UID: "not.a.uid" }));
    assert.notDeepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
  });
});
