import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type DataSet, isUid, items, number, readPart10, tagOf, text, texts } from "@redspot/dicom";
import type { ODDITIES } from "./oddity.ts";
import { makeStudies, makeStudy, planStudies } from "./study.ts";

const matrix = { columns: 96, rows: 140 };

test("the same options give the same bytes; another date, another study", () => {
  const hash = (seed: number, date?: string) =>
    makeStudy({ seed, matrix, fracture: true, ...(date ? { date } : {}) }).instances.map(({ bytes }) =>
      createHash("sha256").update(bytes).digest("hex"),
    );
  assert.deepEqual(hash(5), hash(5));
  assert.notDeepEqual(hash(5), hash(6));
  assert.notEqual(
    makeStudy({ seed: 5, matrix }).studyInstanceUID,
    makeStudy({ seed: 5, matrix, date: "20250131" }).studyInstanceUID,
  );
});

test("a study's instances belong together and are numbered", () => {
  for (let seed = 0; seed < 12; seed++) {
    const study = makeStudy({ seed, matrix });
    assert.ok(study.instances.length >= 1 && study.instances.length <= 3);
    assert.ok(study.truth.eligible, "every plain study has a lateral");
    const uids = new Set<string>();
    const places = new Set<string>();
    for (const { bytes, sopInstanceUID } of study.instances) {
      const { dataSet, meta } = readPart10(bytes);
      assert.equal(text(dataSet, "StudyInstanceUID"), study.studyInstanceUID);
      assert.equal(text(dataSet, "SOPInstanceUID"), sopInstanceUID);
      assert.equal(text(meta, "MediaStorageSOPInstanceUID"), sopInstanceUID);
      assert.ok(isUid(sopInstanceUID));
      const [first] = study.instances;
      assert.equal(number(dataSet, "BitsStored"), first!.image.bitsStored, "one machine makes a study");
      uids.add(sopInstanceUID);
      places.add(`${text(dataSet, "SeriesInstanceUID")} ${number(dataSet, "InstanceNumber")}`);
    }
    assert.equal(uids.size, study.instances.length);
    assert.equal(places.size, study.instances.length);
  }
});

test("header and pixels say the same", () => {
  for (let seed = 0; seed < 12; seed++) {
    for (const { bytes, image, truth } of makeStudy({ seed, matrix }).instances) {
      const { dataSet } = readPart10(bytes);
      assert.equal(number(dataSet, "Rows"), image.rows);
      assert.equal(number(dataSet, "Columns"), image.columns);
      assert.equal(number(dataSet, "BitsStored"), image.bitsStored);
      assert.equal(number(dataSet, "HighBit"), image.bitsStored - 1);
      assert.equal(text(dataSet, "PhotometricInterpretation"), image.photometric);
      const shape = image.photometric === "MONOCHROME1" ? "INVERSE" : "IDENTITY";
      assert.equal(text(dataSet, "PresentationLUTShape"), shape);
      const [pixels] = dataSet[tagOf("PixelData")]!.Value as [ArrayBuffer | Uint8Array];
      const stored = pixels instanceof Uint8Array ? Buffer.from(pixels) : Buffer.from(new Uint8Array(pixels));
      assert.ok(stored.equals(Buffer.from(image.pixels.buffer)), "pixel data are the image's, little endian");
      assert.equal(number(dataSet, "PatientAge") ?? Number.parseInt(text(dataSet, "PatientAge") ?? "", 10), truth.age);
      const side = text(dataSet, "ImageLaterality") ?? text(dataSet, "Laterality");
      assert.equal(side, truth.laterality);
      const view = text(items(dataSet, "ViewCodeSequence")[0]!, "CodeMeaning");
      assert.equal(view?.startsWith("lateral"), truth.kind === "lateral-wrist");
      assert.match(text(dataSet, "PatientName") ?? "", /^PHANTOM\^/);
    }
  }
});

/** A header without what names the instance, and without the image itself. */
function header(dataSet: DataSet): DataSet {
  const kept = { ...dataSet };
  for (const keyword of ["PixelData", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"]) {
    delete kept[tagOf(keyword)];
  }
  return kept;
}

test("no header tells of the fracture", () => {
  for (let seed = 0; seed < 10; seed++) {
    const whole = makeStudy({ seed, matrix });
    const broken = makeStudy({ seed, matrix, fracture: true });
    assert.deepEqual(
      broken.instances.map(({ dataSet }) => header(dataSet)),
      whole.instances.map(({ dataSet }) => header(dataSet)),
    );
    for (const { dataSet } of broken.instances) {
      assert.doesNotMatch(JSON.stringify(header(dataSet)), /fract|colles|smith|break|broken|plaster|cast\b/i);
    }
  }
});

test("other body parts say what they are", () => {
  for (const bodyPart of ["hand", "ankle", "knee", "chest"] as const) {
    const { instances, truth } = makeStudy({ seed: 3, matrix, exclusion: "other-body-part", bodyPart });
    assert.equal(truth.exclusion, "other-body-part");
    assert.equal(text(instances[0]!.dataSet, "BodyPartExamined"), bodyPart.toUpperCase());
  }
});

test("names in other scripts arrive as they are", () => {
  const names = new Set<string>();
  // An ASCII name, one with a ring, one with a diaeresis, one in three scripts.
  for (const seed of [1, 11, 39, 26]) {
    const [first] = makeStudy({ seed, matrix: { columns: 64, rows: 64 }, views: ["lateral"] }).instances;
    const { dataSet } = readPart10(first!.bytes);
    const [name] = dataSet[tagOf("PatientName")]!.Value as [{ Alphabetic?: string; Ideographic?: string }];
    const written = `${name.Alphabetic}${name.Ideographic ? `=${name.Ideographic}` : ""}`;
    assert.equal(texts(dataSet, "SpecificCharacterSet").length, /^[ -~]*$/.test(written) ? 0 : 1, written);
    names.add(written);
  }
  assert.ok([...names].some((name) => name.includes("幻影")));
  assert.ok([...names].some((name) => /[À-ž]/.test(name)));
});

test("a day has the shares that were asked for, in no order that tells", () => {
  const day = planStudies({ count: 200, seed: 8, fractureShare: 0.3, exclusionShare: 0.1, oddityShare: 0.2 });
  const excluded = day.filter(({ exclusion }) => exclusion !== undefined);
  assert.equal(excluded.length, 20);
  assert.equal(new Set(excluded.map(({ exclusion }) => exclusion)).size, 4);
  assert.equal(day.filter(({ fracture, exclusion }) => fracture && exclusion === undefined).length, 60);
  const early = day.slice(0, 100).filter(({ fracture }) => fracture).length;
  assert.ok(early > 20 && early < 50);
  assert.equal(new Set(day.map(({ seed }) => seed)).size, 200);
});

test("the flag is blind to the fracture unless it is told to see it", () => {
  const shares = (redSpotShare: number | { fracture: number; noFracture: number }) => {
    const day = planStudies({ count: 3000, seed: 4, fractureShare: 0.5, exclusionShare: 0, redSpotShare });
    const share = (broken: boolean) => {
      const some = day.filter(({ fracture }) => fracture === broken);
      return some.filter(({ redSpot }) => redSpot).length / some.length;
    };
    return [share(true), share(false)] as const;
  };
  const [blind, blindToo] = shares(0.2);
  assert.ok(Math.abs(blind - 0.2) < 0.035 && Math.abs(blindToo - 0.2) < 0.035);
  const [seeing, not] = shares({ fracture: 0.8, noFracture: 0.05 });
  assert.ok(seeing > 0.75 && not < 0.08);
});

test("studies are made one by one, and come out as they were planned", () => {
  const options = { count: 4, seed: 2, matrix };
  const made = [...makeStudies(options)];
  assert.deepEqual(
    made.map(({ studyInstanceUID }) => studyInstanceUID),
    planStudies(options).map((plan) => makeStudy(plan).studyInstanceUID),
  );
});

test("each oddity does what its name says", () => {
  const of = (oddity: (typeof ODDITIES)[number], imageClass: "CR" | "DX" = "CR") =>
    makeStudy({ seed: 6, matrix, views: ["lateral"], imageClass, oddities: [oddity] }).instances[0]!.dataSet;
  const has = (dataSet: DataSet, keyword: string) => tagOf(keyword) in dataSet;
  assert.equal(text(of("no-view-position"), "ViewPosition"), undefined);
  assert.equal(has(of("no-view-codes"), "ViewCodeSequence"), false);
  const inText = of("view-only-in-text");
  assert.deepEqual(
    [text(inText, "ViewPosition"), has(inText, "ViewCodeSequence"), text(inText, "SeriesDescription")],
    [undefined, false, "Lateral"],
  );
  assert.equal(text(of("lower-case-body-part"), "BodyPartExamined"), "Wrist");
  assert.notEqual(text(of("vendor-body-part"), "BodyPartExamined"), "WRIST");
  assert.equal(text(of("no-body-part"), "BodyPartExamined"), undefined);
  assert.equal(text(of("no-age"), "PatientAge"), undefined);
  assert.equal(text(of("no-laterality"), "Laterality"), undefined);
  assert.equal(text(of("no-laterality", "DX"), "ImageLaterality"), "U");
  assert.equal(has(of("no-window"), "WindowCenter"), false);
  assert.equal(texts(of("several-windows"), "WindowCenterWidthExplanation").length, 3);
  assert.equal(has(of("no-lut-shape"), "PresentationLUTShape"), false);
});
