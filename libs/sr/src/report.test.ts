import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { type DataSet, items, numbers, readPart10, tagOf, text, values, writePart10 } from "@redspot/dicom";
import { buildReport, type ReportOptions, reportUids, SrError } from "./index.ts";
import {
  aFinding,
  aSource,
  DEVICE,
  IMAGE,
  NOW,
  OTHER_IMAGE,
  passedOver,
  SR_OF_STUDY,
  STUDY,
} from "./report-fixture.ts";
import { REPORTS } from "./report-variants.ts";
import { reportErrors } from "./template-checker/check-report.ts";

type Request = Partial<Parameters<typeof buildReport>[0]>;
const build = (request: Request = {}) =>
  buildReport({ finding: aFinding(), sources: [aSource()], device: DEVICE, now: NOW, ...request });

/** Every content item as one line, indented by its depth: relationship, value type, concept, value. */
function outline(item: DataSet, depth = 0): string[] {
  const meaning = (keyword: string) => text(items(item, keyword)[0] ?? {}, "CodeMeaning");
  const measured = items(item, "MeasuredValueSequence")[0] ?? {};
  const value =
    text(item, "TextValue") ??
    meaning("ConceptCodeSequence") ??
    text(measured, "NumericValue") ??
    text(item, "UID") ??
    text(items(item, "ReferencedSOPSequence")[0] ?? {}, "ReferencedSOPInstanceUID");
  const parts = [text(item, "RelationshipType"), text(item, "ValueType"), meaning("ConceptNameCodeSequence")];
  const line = `${"  ".repeat(depth)}${parts.filter(Boolean).join(" ")}${value === undefined ? "" : ` = ${value}`}`;
  return [line, ...items(item, "ContentSequence").flatMap((child) => outline(child, depth + 1))];
}

/** The lines of an outline below the line that ends in a concept, without their common indentation. */
function below(lines: string[], concept: string): string[] {
  const start = lines.findIndex((line) => line.endsWith(concept));
  assert.notEqual(start, -1, `no ${concept}`);
  const depth = lines[start]!.search(/\S/);
  const end = lines.findIndex((line, index) => index > start && line.search(/\S/) <= depth);
  return lines.slice(start + 1, end === -1 ? undefined : end).map((line) => line.slice(depth + 2));
}

describe("buildReport", () => {
  for (const [name, sha256] of Object.entries({
    fracture: "09f5ad8a54a9f7edb68ff8796c29c5c0267dc765d19275d7d984b1a38a61739d",
    "Enhanced SR": "1caaeeb0a7cbd0bad133684ba85a1fd92bf7938c71cd784ea07834753c772a73",
    German: "9ec82ce9872caebc1fb461ae1adcc316e21e4e0ad04b8800ebfa5ce5cbfefe9e",
    "a region, in Enhanced SR, with a category": "ec8dbabd94cfec9921f158ecf93309833d154883d414ecbaa7aa49d9a5010b44",
    "a picture": "880efcb631e17459ea2d01ebe12815943810a3e4d7245715915400006d0f7b35",
    "not analysed": "ef0cb5d5ce63da2aedfbbcff1b07bf26e7489f4bb6b7a06fd76610372497a0fc",
    "a patient with an ideographic name": "4f664048124651f3859a3dd15a6a153a468a3ef4b7ecf854cd675825815229ee",
  })) {
    test(`the bytes of a report are fixed by finding, sources, options and clock: ${name}`, () => {
      const bytes = writePart10(build(REPORTS[name]!()).dataSet);
      assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
      assert.deepEqual(writePart10(build(REPORTS[name]!()).dataSet), bytes);
    });
  }

  test("a measurement group holds the certainty, what was looked for and where, and what with", () => {
    const lines = below(outline(build().dataSet), "CONTAINER Measurement Group");
    assert.deepEqual(
      lines.filter((line) => !/Tracking|SHA-256/.test(line)),
      [
        "CONTAINS CODE Finding = Fracture",
        "HAS CONCEPT MOD CODE Finding Site = Wrist joint",
        "  HAS CONCEPT MOD CODE Laterality = Left",
        `CONTAINS IMAGE Source of Measurement = ${IMAGE}`,
        "HAS CONCEPT MOD TEXT Algorithm Name = redspot-demo (DEMONSTRATION - NOT FOR CLINICAL USE)",
        "HAS CONCEPT MOD TEXT Algorithm Version = 0.1.0",
        "HAS CONCEPT MOD TEXT Algorithm Parameters = intended use = demonstration",
        "HAS CONCEPT MOD TEXT Algorithm Parameters = cut-off = 0.45",
        "HAS CONCEPT MOD TEXT Algorithm Parameters = inconclusive band = 0.4 to 0.5",
        "HAS CONCEPT MOD TEXT Algorithm Parameters = preprocessing = 1",
        "HAS CONCEPT MOD TEXT Algorithm Parameters = engine = onnxruntime-node 1.30.0 cpu",
        "HAS CONCEPT MOD TEXT Algorithm Parameters = software = 0.1.0",
        "CONTAINS NUM Certainty of Finding = 93.4",
        "CONTAINS CODE Fracture = Present",
      ],
    );
    for (const hash of ["a", "b", "c", "d"]) {
      assert.ok(lines.some((line) => line.endsWith(`SHA-256 = ${hash.repeat(64)}`)));
    }
  });

  test("no laterality where none is known", () => {
    const lines = outline(build({ finding: aFinding({ laterality: undefined }) }).dataSet);
    assert.ok(!lines.some((line) => /Laterality/.test(line)));
  });

  const evaluations = (request: Request) => below(outline(build(request).dataSet), "Qualitative Evaluations");

  test("each outcome is explicit, in code and in words", () => {
    const clinical = { intendedUse: "clinical" } as const;
    assert.deepEqual(evaluations({ finding: aFinding(clinical) }), [
      "CONTAINS CODE Fracture = Present",
      "CONTAINS CODE Summary of Analyses = Succeeded",
      "CONTAINS TEXT Comment = Suspected fracture. Calibrated probability of a fracture 93.4 %, cut-off 45.0 %.",
    ]);
    assert.deepEqual(evaluations({ finding: aFinding({ ...clinical, probability: 0.1 }) }), [
      "CONTAINS CODE Fracture = Absent",
      "CONTAINS CODE Summary of Analyses = Succeeded",
      "CONTAINS TEXT Comment = No fracture suspected; this does not rule one out. Calibrated probability of a fracture 10.0 %, cut-off 45.0 %.",
    ]);
    assert.deepEqual(evaluations({ finding: aFinding({ ...clinical, probability: 0.4 }) }), [
      "CONTAINS CODE Fracture = Undetermined",
      "CONTAINS CODE Summary of Analyses = Succeeded",
      "CONTAINS TEXT Comment = Inconclusive: within the band from 40.0 % to 50.0 %. Calibrated probability of a fracture 40.0 %, cut-off 45.0 %.",
    ]);
    assert.deepEqual(evaluations({ finding: aFinding({ ...clinical, probability: undefined }) }), [
      "CONTAINS CODE Fracture = Undetermined",
      "CONTAINS CODE Summary of Analyses = Not Attempted",
      "CONTAINS TEXT Comment = Not analysed: not a wrist (NOT_A_WRIST).",
      "CONTAINS TEXT Comment = One instance not analysed: not a wrist (NOT_A_WRIST).",
      `  INFERRED FROM IMAGE = ${IMAGE}`,
    ]);
  });

  test("instances that were passed over are named with the reason, by images or by what else they are", () => {
    const finding = aFinding({
      intendedUse: "clinical",
      passed: [passedOver(OTHER_IMAGE, "CORRUPT_STREAM"), passedOver(`${STUDY}.7.7`, "NOT_A_RADIOGRAPH")],
    });
    const sources = [aSource(), aSource({ SOPInstanceUID: OTHER_IMAGE }), SR_OF_STUDY];
    assert.deepEqual(evaluations({ finding, sources }).slice(1), [
      "CONTAINS CODE Summary of Analyses = Partially Succeeded",
      "CONTAINS TEXT Comment = Suspected fracture. Calibrated probability of a fracture 93.4 %, cut-off 45.0 %.",
      "CONTAINS TEXT Comment = One instance not analysed: the pixel data cannot be decoded (CORRUPT_STREAM).",
      `  INFERRED FROM IMAGE = ${OTHER_IMAGE}`,
      "CONTAINS TEXT Comment = One instance not analysed: not a radiograph (NOT_A_RADIOGRAPH).",
      `  INFERRED FROM COMPOSITE = ${STUDY}.7.7`,
    ]);
  });

  test("a failed analysis is told from one that was never attempted", () => {
    const finding = aFinding({ probability: undefined, passed: [passedOver(OTHER_IMAGE, "UNREADABLE_INSTANCE")] });
    assert.ok(evaluations({ finding }).includes("CONTAINS CODE Summary of Analyses = Failed"));
  });

  test("a demonstration model says so in the series, the evaluations and the algorithm", () => {
    const { dataSet } = build();
    const marks = outline(dataSet).filter((line) => /DEMONSTRATION/.test(line));
    assert.equal(marks.length, 3);
    assert.match(text(dataSet, "SeriesDescription") ?? "", /DEMONSTRATION - NOT FOR CLINICAL USE/);
    const clinical = build({ finding: aFinding({ intendedUse: "clinical" }) }).dataSet;
    assert.ok(!/DEMONSTRATION/i.test(JSON.stringify([outline(clinical), text(clinical, "SeriesDescription")])));
  });

  describe("options", () => {
    const lines = (options: Partial<ReportOptions>, request: Request = {}) =>
      outline(build({ ...request, options }).dataSet);

    test("none of them changes a UID", () => {
      const { sopInstanceUID, seriesInstanceUID } = build();
      const options = {
        reportClass: "enhanced",
        language: "de-DE",
        explanation: "region",
        actionableCategory: true,
      } as const;
      const other = build({ options });
      assert.deepEqual([other.sopInstanceUID, other.seriesInstanceUID], [sopInstanceUID, seriesInstanceUID]);
    });

    test("Enhanced SR is the same tree in another class", () => {
      const { dataSet } = build({ options: { reportClass: "enhanced" } });
      assert.equal(text(dataSet, "SOPClassUID"), "1.2.840.10008.5.1.4.1.1.88.22");
      assert.deepEqual(outline(dataSet), outline(build().dataSet));
    });

    test("German is German throughout: meanings, sentences, reasons, numbers", () => {
      const finding = aFinding({ passed: [passedOver(OTHER_IMAGE, "NOT_LATERAL")] });
      const sources = [aSource(), aSource({ SOPInstanceUID: OTHER_IMAGE, SeriesInstanceUID: `${STUDY}.8` })];
      const german = lines({ language: "de-DE" }, { finding, sources });
      assert.equal(
        german[1],
        "  HAS CONCEPT MOD CODE Sprache des Inhalts und alles Untergeordneten = Deutsch (Deutschland)",
      );
      assert.deepEqual(below(german, "Qualitative Beurteilungen"), [
        "CONTAINS CODE Fraktur = Vorhanden",
        "CONTAINS CODE Ergebnis der Auswertung = Erfolgreich",
        "CONTAINS TEXT Kommentar = DEMONSTRATIONSMODELL - NICHT FÜR DEN KLINISCHEN EINSATZ. Dieser Bericht darf nicht verwendet werden, um über einen Patienten zu entscheiden.",
        "CONTAINS TEXT Kommentar = Verdacht auf Fraktur. Kalibrierte Wahrscheinlichkeit einer Fraktur 93,4 %, Schwellenwert 45,0 %.",
        "CONTAINS TEXT Kommentar = Eine Instanz nicht ausgewertet: keine seitliche Aufnahme (NOT_LATERAL).",
        `  INFERRED FROM IMAGE = ${OTHER_IMAGE}`,
      ]);
    });

    test("a category goes with a suspected fracture, and with nothing else", () => {
      const category = "CONTAINS CODE Assessment Category = Category 2 Actionable Finding";
      const on = { actionableCategory: true };
      const has = (probability: number | undefined) =>
        lines(on, { finding: aFinding({ probability }) }).some((line) => line.endsWith(category));
      assert.deepEqual([0.934, 0.42, 0.1, undefined].map(has), [true, false, false, false]);
      assert.ok(!lines({}).some((line) => line.endsWith(category)));
    });

    test("a region is where the evidence is in the image, is what the certainty was inferred from, and is explained", () => {
      const region = lines({ explanation: "region" });
      assert.deepEqual(below(region, "Certainty of Finding = 93.4"), [
        "INFERRED FROM SCOORD Visual explanation",
        `  SELECTED FROM IMAGE = ${IMAGE}`,
      ]);
      assert.equal(region.filter((line) => /not a mark of the fracture/.test(line)).length, 1);
      const { dataSet } = build({ options: { explanation: "region" } });
      const scoord = (item: DataSet): DataSet | undefined =>
        text(item, "ValueType") === "SCOORD" ? item : items(item, "ContentSequence").map(scoord).find(Boolean);
      const data = numbers(scoord(dataSet)!, "GraphicData");
      const middle = (start: 0 | 1) => {
        const every = data.filter((_, i) => i % 2 === start);
        return (Math.min(...every) + Math.max(...every)) / 2;
      };
      // The fifth cell of the fourth row, of a square of 2000 pixels that begins 250 to the left of the image.
      assert.ok(Math.abs(middle(0) - (-250 + (4.5 / 8) * 2000)) < 20, `column ${middle(0)}`);
      assert.ok(Math.abs(middle(1) - (3.5 / 8) * 2000) < 20, `row ${middle(1)}`);
    });

    test("no region where the finding does not say what the network saw, or no fracture is suspected", () => {
      const finding = aFinding();
      const instances = finding.instances.map(({ ...instance }) => {
        if (instance.analysed) delete instance.seen;
        return instance;
      });
      for (const without of [{ ...finding, instances }, aFinding({ probability: 0.1 })]) {
        const all = lines({ explanation: "region" }, { finding: without });
        assert.ok(!all.some((line) => /SCOORD|not a mark/.test(line)));
      }
    });
  });

  test("patient and study are the source's, whatever its character set", () => {
    const source = aSource({ PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう", AccessionNumber: "Ä1" });
    const { dataSet } = readPart10(writePart10(build({ sources: [source] }).dataSet));
    const name = values(dataSet, "PatientName")[0] as Record<string, string>;
    assert.deepEqual(
      [name.Alphabetic, name.Ideographic, name.Phonetic],
      ["Yamada^Tarou", "山田^太郎", "やまだ^たろう"],
    );
    assert.equal(text(dataSet, "AccessionNumber"), "Ä1");
    assert.equal(text(dataSet, "StudyInstanceUID"), STUDY);
    assert.equal(text(dataSet, "PatientID"), "P1");
  });

  test("type 2 attributes are there, and empty, where the source has none or none that is legal", () => {
    const source = aSource({ AccessionNumber: undefined, StudyID: null, PatientBirthDate: "31.01.1950" });
    const { dataSet } = build({ sources: [source] });
    for (const keyword of [
      "AccessionNumber",
      "StudyID",
      "PatientBirthDate",
      "ReferencedPerformedProcedureStepSequence",
    ]) {
      assert.deepEqual(dataSet[tagOf(keyword)]?.Value, [], keyword);
    }
  });

  test("all sources are evidence, in one order whatever the order they came in", () => {
    const sources = [aSource(), aSource({ SOPInstanceUID: OTHER_IMAGE, SeriesInstanceUID: `${STUDY}.8` }), SR_OF_STUDY];
    const evidence = (request: Request) => build(request).dataSet[tagOf("CurrentRequestedProcedureEvidenceSequence")];
    const forward = evidence({ sources });
    assert.deepEqual(evidence({ sources: sources.toReversed() }), forward);
    const uids = [IMAGE, OTHER_IMAGE, `${STUDY}.7.7`];
    for (const uid of uids) assert.ok(JSON.stringify(forward).includes(uid));
  });

  test("UIDs follow study, revision and model package, and nothing else", () => {
    const first = build();
    const again = build({ now: new Date(0), finding: aFinding({ probability: 0.2 }) });
    assert.equal(again.sopInstanceUID, first.sopInstanceUID);
    const revised = build({ finding: aFinding({ revision: 2 }) });
    assert.notEqual(revised.sopInstanceUID, first.sopInstanceUID);
    assert.equal(revised.seriesInstanceUID, first.seriesInstanceUID);
    const finding = aFinding();
    const retrained = { ...finding, model: { ...finding.model, packageHash: "e".repeat(64) } };
    const other = build({ finding: retrained });
    assert.notEqual(other.sopInstanceUID, first.sopInstanceUID);
    assert.notEqual(text(other.dataSet, "DeviceUID"), text(first.dataSet, "DeviceUID"));
    assert.deepEqual(reportUids(finding), {
      sopInstanceUID: first.sopInstanceUID,
      seriesInstanceUID: first.seriesInstanceUID,
    });
  });

  test("dates are written at the source's offset from UTC, else at the one given", () => {
    const at = ({ dataSet }: { dataSet: DataSet }) => [
      text(dataSet, "ContentDate"),
      text(dataSet, "ContentTime"),
      text(dataSet, "TimezoneOffsetFromUTC"),
    ];
    assert.deepEqual(at(build()), ["20260329", "013015", undefined]);
    assert.deepEqual(at(build({ utcOffset: "-0330" })), ["20260328", "220015", undefined]);
    const source = aSource({ TimezoneOffsetFromUTC: "+0900" });
    assert.deepEqual(at(build({ sources: [source], utcOffset: "-0330" })), ["20260329", "103015", "+0900"]);
  });

  test("a predecessor is named with its study and series", () => {
    const predecessor = reportUids(aFinding());
    const { dataSet } = build({ finding: aFinding({ revision: 2 }), predecessor });
    const [study] = items(dataSet, "PredecessorDocumentsSequence");
    assert.equal(text(study!, "StudyInstanceUID"), STUDY);
    assert.ok(JSON.stringify(study).includes(predecessor.sopInstanceUID));
  });

  const refused = (code: string) => (error: unknown) => error instanceof SrError && error.code === code;

  test("an image whose header is no longer at hand keeps its figures, and is not referred to", () => {
    const sources = [aSource({ SOPInstanceUID: OTHER_IMAGE, SeriesInstanceUID: `${STUDY}.8` })];
    const { dataSet } = build({ sources, options: { explanation: "region" } });
    const lines = outline(dataSet);
    assert.ok(lines.some((line) => /NUM Certainty of Finding = 93.4/.test(line)));
    assert.ok(!lines.some((line) => line.endsWith(`= ${IMAGE}`)));
    assert.deepEqual(reportErrors(dataSet), []);
  });

  test("no source, no report", () => {
    assert.throws(() => build({ sources: [] }), refused("NO_SOURCE"));
  });

  test("a source of another study, or without UIDs, is refused", () => {
    assert.throws(() => build({ sources: [aSource({ StudyInstanceUID: "1.2.3" })] }), refused("FOREIGN_SOURCE"));
    assert.throws(() => build({ sources: [aSource({ SeriesInstanceUID: null })] }), refused("FOREIGN_SOURCE"));
  });
});
