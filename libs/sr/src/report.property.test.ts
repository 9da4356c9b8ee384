import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DataSet, dataSetOf, readPart10, values, writePart10 } from "@redspot/dicom";
import { type Finding, findingOf, findingSchema, type InstanceFinding, REASON_CODES, reason } from "@redspot/triage";
import fc from "fast-check";
import { CHARACTER_SETS, sourceEncoded } from "./encoded-source.ts";
import { buildPicture, EXPLANATIONS, LANGUAGE_TAGS, picturesOf, type ReportOptions } from "./index.ts";
import { buildReport, type ReportRequest } from "./report.ts";
import { aSource, DEVICE, IMAGE, STUDY } from "./report-fixture.ts";
import { reportErrors } from "./template-checker/check-report.ts";
import { dciodvfy, dsrdump, withoutValidators } from "./validators.ts";

/** Samples that go through the other checkers too, each a process: a bounded number. */
const FOR_VALIDATORS = 25;
const SEED = 20_260_329;

const share = fc.double({ min: 0, max: 1, noNaN: true });
const sha256 = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
const side = fc.option(fc.constantFrom("L" as const, "R" as const), { nil: undefined });
const place = fc.double({ min: -5000, max: 5000, noNaN: true });
const extent = fc.double({ min: 1, max: 20_000, noNaN: true });
const CR = "1.2.840.10008.5.1.4.1.1.1";
const uidOf = (index: number) => (index === 0 ? IMAGE : `${STUDY}.9.${index}`);

const analysed = fc.record({
  logit: fc.double({ min: -60, max: 60, noNaN: true }),
  probability: share,
  laterality: side,
  activationMap: fc.array(fc.double({ min: -80, max: 80, noNaN: true }), { minLength: 64, maxLength: 64 }),
  seen: fc.option(fc.record({ x: place, y: place, width: extent, height: extent }), { nil: undefined }),
});
const passedOver = fc.constantFrom(...REASON_CODES);
const instances = fc.array(fc.oneof(analysed, passedOver), { maxLength: 4 }).map((all) =>
  all.map((one, index): InstanceFinding => {
    const identity = { sopInstanceUID: uidOf(index), sopClassUID: CR };
    if (typeof one === "string") return { ...identity, analysed: false, reason: reason(one) };
    const { laterality, seen, ...rest } = one;
    return {
      ...identity,
      analysed: true,
      ...rest,
      ...(laterality === undefined ? {} : { laterality }),
      ...(seen === undefined ? {} : { seen }),
    };
  }),
);
const model = fc.record({
  name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,79}$/),
  version: fc.stringMatching(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/),
  intendedUse: fc.constantFrom("demonstration" as const, "clinical" as const),
  packageHash: sha256,
  backboneHash: sha256,
  headHash: sha256,
  calibrationHash: sha256,
  cutOff: share,
  inconclusiveBand: fc.tuple(share, share).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) })),
  preprocessingVersion: fc.constantFrom("1", "2"),
  engine: fc.constantFrom("onnxruntime-node 1.30.0 (cpu)", "tensorflow 4.22.0 (cuda)"),
});

/** Any finding that the schema of findings has, through which every finding goes that is stored. */
const finding: fc.Arbitrary<Finding> = fc
  .record({
    instances,
    model,
    revision: fc.integer({ min: 1, max: 9999 }),
    failed: fc.boolean(),
    softwareVersion: fc.constantFrom("0.1.0", "12.34.56-rc.1"),
    analysedAt: fc.date({ min: new Date("2020-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
  })
  .map(({ failed, ...rest }) =>
    findingSchema.parse(
      findingOf({ studyInstanceUID: STUDY, ...rest, ...(failed ? { failure: reason("ANALYSIS_FAILED") } : {}) }),
    ),
  );

const options: fc.Arbitrary<ReportOptions> = fc.record({
  reportClass: fc.constantFrom("comprehensive-3d", "enhanced"),
  language: fc.constantFrom(...LANGUAGE_TAGS),
  explanation: fc.constantFrom(...EXPLANATIONS),
  actionableCategory: fc.boolean(),
});

/** Any finding, with the headers that could be read of its instances, images or not; one at least. */
const request: fc.Arbitrary<ReportRequest> = fc
  .record({
    finding,
    options,
    unreadable: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    documents: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    utcOffset: fc.constantFrom("+0000", "-0330", "+1400", "-1200"),
  })
  .map(({ finding, options, unreadable, documents, utcOffset }) => {
    const headers = finding.instances.map(({ sopInstanceUID, analysed }, i) =>
      aSource({ SOPInstanceUID: sopInstanceUID, ...(documents[i] && !analysed ? { Rows: undefined } : {}) }),
    );
    const read = headers.filter((_, i) => !unreadable[i]);
    return {
      finding,
      options,
      utcOffset,
      sources: read.length > 0 ? read : [headers[0] ?? aSource()],
      device: DEVICE,
      now: new Date(finding.analysedAt),
      pictures: options.explanation === "secondary-capture" ? picturesOf(finding) : [],
    };
  });

/** Writes a report, reads it again, and holds it to its templates. */
function checked(whole: ReportRequest) {
  const { dataSet } = buildReport(whole);
  const read = readPart10(writePart10(dataSet)).dataSet;
  assert.deepEqual(reportErrors(read), []);
  return dataSet;
}

describe("any finding that can occur", () => {
  test("gives a report that keeps to its templates, and the same again", () => {
    fc.assert(
      fc.property(request, (whole) => {
        assert.deepEqual(writePart10(checked(whole)), writePart10(buildReport(whole).dataSet));
      }),
      { numRuns: 150, seed: SEED },
    );
  });

  test("gives an object that the validators pass", { skip: withoutValidators }, () => {
    for (const whole of fc.sample(request, { numRuns: FOR_VALIDATORS, seed: SEED })) {
      const dataSet = checked(whole);
      assert.deepEqual(dciodvfy(dataSet).complaints, []);
      assert.deepEqual(dsrdump(dataSet), { status: 0, complaints: [] });
    }
  });

  test("gives pictures that the validators pass", { skip: withoutValidators }, () => {
    const seen = { width: 299, height: 299, greys: new Uint8Array(299 * 299).fill(90) };
    const asking = request.filter((whole) => picturesOf(whole.finding).length > 0);
    for (const whole of fc.sample(asking, { numRuns: 5, seed: SEED })) {
      for (const reference of picturesOf(whole.finding)) {
        const picture = buildPicture(reference, seen, whole);
        if (picture) assert.deepEqual(dciodvfy(picture.dataSet).complaints, []);
      }
    }
  });
});

/** One component of a name: letters of the character set, spaces and hyphens within, not too many bytes for 64 characters. */
const component = (letters: readonly { bytes: Uint8Array; text: string }[]) => {
  const ascii = [..."ABCXYZabcxyz0189-'."].map((text) => ({ bytes: new TextEncoder().encode(text), text }));
  return fc.array(fc.constantFrom(...ascii, ...letters), { maxLength: 12 });
};

/** Any legal name (PS3.5 6.2.1): up to five components, up to 64 characters, with the groups that the set has. */
const named = fc.constantFrom(...Object.keys(CHARACTER_SETS)).chain((key) => {
  const set = CHARACTER_SETS[key]!;
  return fc
    .record({
      components: fc.array(component(set.letters), { minLength: 1, maxLength: 5 }),
      long: fc.boolean(),
      grouped: fc.boolean(),
    })
    .map(({ components, long, grouped }) => {
      const caret = { bytes: Uint8Array.of(0x5e), text: "^" };
      const letters = components.flatMap((one, i) => (i === 0 ? one : [caret, ...one]));
      // The first component fills the group up to its 64 characters.
      const filled = [
        ...(long ? new Array(64 - letters.length).fill({ bytes: Uint8Array.of(0x4d), text: "M" }) : []),
        ...letters,
      ];
      const groups = grouped && set.groups ? [set.groups.ideographic, set.groups.phonetic] : [];
      const equals = { bytes: Uint8Array.of(0x3d), text: "=" };
      const parts = [...filled, ...groups.flatMap((group) => [equals, group])];
      return {
        key,
        bytes: Uint8Array.from(parts.flatMap((part) => [...part.bytes])),
        text: parts.map((part) => part.text).join(""),
      };
    });
});

/**
 * What dciodvfy complains of, but for the length of a name: it counts bytes of UTF-8, and the standard counts
 * characters (PS3.5 6.2). Those are counted here.
 */
function complaintsOf(dataSet: DataSet): string[] {
  for (const name of values(dataSet, "PatientName")) {
    for (const group of Object.values(name as object)) assert.ok([...String(group)].length <= 64);
  }
  const rest = dciodvfy(dataSet).complaints.filter(
    (line) => !/ PN Patient's Name .*Length invalid for this VR/.test(line),
  );
  const summary = "Error - Dicom dataset contains invalid data values for Value Representations";
  return rest.some((line) => /^Error - Value/.test(line)) ? rest : rest.filter((line) => line !== summary);
}

describe("any legal patient name, in any character set of the source", () => {
  const nameIn = (bytes: Uint8Array) => values(readPart10(bytes).dataSet, "PatientName")[0];
  const reportOn = ({ key, bytes }: { key: string; bytes: Uint8Array }) =>
    fc.sample(finding, { numRuns: 1, seed: SEED }).map((one) => {
      const sources = [sourceEncoded(CHARACTER_SETS[key]!, bytes)];
      return buildReport({ finding: one, sources, device: DEVICE, now: new Date(one.analysedAt) }).dataSet;
    })[0]!;

  test("stands in the report as it stands in the images", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(named, (name) => {
        seen.add(name.key);
        const [expected] = values(dataSetOf({ PatientName: name.text.replace(/[ ^]+(?==|$)/g, "") }), "PatientName");
        const given = nameIn(writePart10(reportOn(name))) as Record<string, string> | undefined;
        const plain =
          given &&
          Object.fromEntries(
            Object.entries(given)
              .map(([group, text]) => [group, text.replace(/[ ^]+$/, "")])
              .filter(([, text]) => text !== ""),
          );
        assert.deepEqual(plain ?? {}, expected ?? {}, `${name.key}: ${name.text}`);
      }),
      { numRuns: 300, seed: SEED },
    );
    assert.deepEqual([...seen].sort(), Object.keys(CHARACTER_SETS).sort(), "every character set was tried");
  });

  test("gives an object that the validators pass", { skip: withoutValidators }, () => {
    for (const name of fc.sample(named, { numRuns: FOR_VALIDATORS, seed: SEED })) {
      const dataSet = reportOn(name);
      assert.deepEqual(complaintsOf(dataSet), [], `${name.key}: ${name.text}`);
      assert.deepEqual(dsrdump(dataSet), { status: 0, complaints: [] }, name.key);
    }
  });
});
