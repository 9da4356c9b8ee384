import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DataSet, dataSetOf, items, readPart10, tagOf, text, writePart10 } from "@redspot/dicom";
import { buildReport } from "./index.ts";
import { aFinding, aSource, DEVICE, NOW } from "./report-fixture.ts";
import { REPORTS } from "./report-variants.ts";
import { dciodvfy, dsrdump, withoutValidators } from "./validators.ts";

describe("the report, to its checkers", { skip: withoutValidators }, () => {
  for (const [name, request] of Object.entries(REPORTS)) {
    test(name, () => {
      const { dataSet } = buildReport({ device: DEVICE, now: NOW, ...request() });
      assert.deepEqual(dciodvfy(dataSet).complaints, []);
      assert.deepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
    });
  }
});

describe("the checkers, with an error planted", { skip: withoutValidators }, () => {
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

  test("dsrdump sees a region without its points", () => {
    const request = REPORTS["a region"]!();
    const dataSet = readPart10(writePart10(buildReport({ device: DEVICE, now: NOW, ...request }).dataSet)).dataSet;
    assert.deepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
    const find = (item: DataSet): DataSet | undefined =>
      text(item, "ValueType") === "SCOORD" ? item : items(item, "ContentSequence").map(find).find(Boolean);
    delete find(dataSet)![tagOf("GraphicData")];
    assert.notDeepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
  });

  test("dsrdump sees a relationship that only Comprehensive 3D SR has, in Enhanced SR", () => {
    const request = REPORTS["Enhanced SR"]!();
    const dataSet = readPart10(writePart10(buildReport({ device: DEVICE, now: NOW, ...request }).dataSet)).dataSet;
    const context = dataSetOf({
      RelationshipType: "HAS OBS CONTEXT",
      ValueType: "TEXT",
      ConceptNameCodeSequence: items(first(dataSet, "TEXT"), "ConceptNameCodeSequence"),
      TextValue: "x",
    });
    Object.assign(first(dataSet, "CODE"), dataSetOf({ ContentSequence: [context] }));
    assert.notDeepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
  });

  test("dsrdump sees a UID reference that is no UID", () => {
    const dataSet = sound();
    Object.assign(first(dataSet, "UIDREF"), dataSetOf({ UID: "not.a.uid" }));
    assert.notDeepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
  });
});
