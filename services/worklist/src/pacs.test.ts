import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DataSet, dataSetOf } from "@redspot/dicom";
import { DicomWebError, type DicomWebErrorCode, type StoreOutcomes } from "@redspot/dicomweb";
import { PermanentFailure } from "@redspot/queue";
import { pacsOver } from "./pacs.ts";

const SR = "1.2.840.10008.5.1.4.1.1.88.34";
const REPORT = "1.2.3.4";

function peer({ outcomes, found = [], error }: { outcomes?: StoreOutcomes; found?: DataSet[]; error?: Error }) {
  const answer = async <T>(value: T) => {
    if (error) throw error;
    return value;
  };
  return pacsOver({
    storeInstances: () => answer(outcomes ?? { stored: [], failed: [] }),
    searchForInstances: () => answer(found),
    searchForStudies: () => answer(found),
  });
}

const failed = (failureReason: number): StoreOutcomes => ({
  stored: [],
  failed: [{ sopClassUID: SR, sopInstanceUID: REPORT, failureReason }],
});

describe("storing a report", () => {
  const store = (from: Parameters<typeof peer>[0]) => peer(from).store("1.2.3", REPORT, new Uint8Array());

  test("it is stored when the answer's body says so, with a warning or not", async () => {
    const stored = { sopClassUID: SR, sopInstanceUID: REPORT };
    await store({ outcomes: { stored: [stored], failed: [] } });
    await store({ outcomes: { stored: [{ ...stored, warningReason: 0xb000 }], failed: [] } });
  });

  test("a PACS that has it already has it", async () => {
    await store({ outcomes: failed(0x0111) });
  });

  for (const [name, from, code, permanent] of [
    ["a success that does not name the report", { outcomes: { stored: [], failed: [] } }, "PACS_UNCLEAR", false],
    [
      "another instance's success",
      { outcomes: { stored: [{ sopClassUID: SR, sopInstanceUID: "1.9" }], failed: [] } },
      "PACS_UNCLEAR",
      false,
    ],
    ["out of resources", { outcomes: failed(0xa700) }, "PACS_BUSY", false],
    ["SOP class not supported", { outcomes: failed(0x0122) }, "PACS_REFUSED", true],
    ["a reason without a UID", { outcomes: { stored: [], failed: [{ failureReason: 0xc000 }] } }, "PACS_REFUSED", true],
  ] as const) {
    test(name, async () => {
      await assert.rejects(store({ outcomes: from.outcomes }), (error: Error & { code?: string }) => {
        assert.deepEqual([error.code, error instanceof PermanentFailure], [code, permanent]);
        return true;
      });
    });
  }

  const byHttp: [DicomWebErrorCode, string, boolean][] = [
    ["UNREACHABLE", "PACS_UNREACHABLE", false],
    ["TIMED_OUT", "PACS_UNREACHABLE", false],
    ["UNAUTHORIZED", "PACS_UNAUTHORIZED", false],
    ["UNAVAILABLE", "PACS_BUSY", false],
    ["BAD_RESPONSE", "PACS_UNCLEAR", false],
    ["REFUSED", "PACS_REFUSED", true],
    ["NOT_FOUND", "PACS_REFUSED", true],
  ];
  for (const [given, code, permanent] of byHttp) {
    test(`${given} is ${code}${permanent ? ", for good" : ""}`, async () => {
      await assert.rejects(store({ error: new DicomWebError(given, "x") }), (error: Error & { code?: string }) => {
        assert.deepEqual([error.code, error instanceof PermanentFailure], [code, permanent]);
        return true;
      });
    });
  }
});

test("whether the PACS holds an instance is what its search finds; one that cannot search does not hold it", async () => {
  const found = [dataSetOf({ SOPInstanceUID: REPORT })];
  assert.deepEqual(await peer({ found }).holds("1.2.3", REPORT), { sopClassUID: undefined });
  const classed = found.map((one) => ({ ...one, ...dataSetOf({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.22" }) }));
  assert.deepEqual(await peer({ found: classed }).holds("1.2.3", REPORT), {
    sopClassUID: "1.2.840.10008.5.1.4.1.1.88.22",
  });
  assert.equal(await peer({ found }).holds("1.2.3", "1.9"), undefined);
  assert.equal(await peer({ error: new DicomWebError("NOT_FOUND", "x") }).holds("1.2.3", REPORT), undefined);
  await assert.rejects(peer({ error: new DicomWebError("UNREACHABLE", "x") }).holds("1.2.3", REPORT));
});

test("a study's identity is that of its own match, the name as one reads it", async () => {
  const study = (PatientName: string | null) =>
    dataSetOf({ StudyInstanceUID: "1.2.3", PatientName, PatientID: "P1", AccessionNumber: null });
  const other = dataSetOf({ StudyInstanceUID: "1.2.4", PatientName: "Other^One" });
  const nameOf = async (name: string | null) =>
    (await peer({ found: [other, study(name)] }).findStudy("1.2.3"))?.patientName;
  assert.equal(await nameOf("Müller^Jürgen^Maria^Dr"), "Müller, Dr Jürgen Maria");
  assert.equal(await nameOf("Yamada^Tarou=山田^太郎"), "Yamada, Tarou 山田, 太郎");
  assert.equal(await nameOf("Smith"), "Smith");
  assert.equal(await nameOf(null), null);
  assert.deepEqual(await peer({ found: [study(null)] }).findStudy("1.2.3"), {
    patientName: null,
    patientID: "P1",
    patientBirthDate: null,
    patientSex: null,
    accessionNumber: null,
    studyDescription: null,
  });
  assert.equal(await peer({ found: [other] }).findStudy("1.2.3"), undefined);
});
