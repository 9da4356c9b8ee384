import { type DataSet, dataSetOf } from "@redspot/dicom";
import { buildReport, picturesOf, type ReportRequest } from "./index.ts";
import { aFinding, aSource, DEVICE, NOW, OTHER_IMAGE, passedOver, SR_OF_STUDY, STUDY } from "./report-fixture.ts";

type Variant = Omit<ReportRequest, "device" | "now">;

const two = () => [aSource(), aSource({ SOPInstanceUID: OTHER_IMAGE, SeriesInstanceUID: `${STUDY}.8` })];
const of = (finding: Parameters<typeof aFinding>[0], sources?: DataSet[]) => (): Variant => ({
  finding: aFinding(finding),
  sources: sources ?? [aSource()],
});

/** Every kind of report that there is, for every checker and for the archive. */
export const REPORTS: Record<string, () => Variant> = {
  fracture: of({}),
  "fracture, clinical model": of({ intendedUse: "clinical" }),
  "fracture without laterality": of({ laterality: undefined }),
  "no fracture": of({ probability: 0.031 }),
  "no fracture at all": of({ probability: 0 }),
  inconclusive: of({ probability: 0.42 }),
  "one image analysed, one passed over": of({ passed: [passedOver(OTHER_IMAGE, "NOT_LATERAL")] }, two()),
  "not analysed": of({ probability: undefined }),
  "not analysed, the study holds no image": of(
    { probability: undefined, passed: [passedOver(`${STUDY}.7.7`, "NO_IMAGE")] },
    [SR_OF_STUDY],
  ),
  "not analysed, one instance unreadable": of({
    probability: undefined,
    passed: [passedOver(`${STUDY}.7.9`, "UNREADABLE_INSTANCE")],
  }),
  "a patient with an ideographic name": of({}, [
    aSource({
      SpecificCharacterSet: ["", "ISO 2022 IR 87"],
      PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう",
      StudyDescription: "手関節 側面",
    }),
  ]),
  "a source without its type 2 attributes": of({}, [
    dataSetOf({
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
      SOPInstanceUID: `${STUDY}.7.1`,
      StudyInstanceUID: STUDY,
      SeriesInstanceUID: `${STUDY}.7`,
      Rows: 2000,
      Columns: 1500,
    }),
  ]),
  "a source with values that are not legal": of({}, [
    aSource({
      PatientSex: "female",
      PatientBirthDate: "1950.01.31",
      StudyDate: "20260230",
      StudyTime: "25:00",
      PatientAge: "66",
      AccessionNumber: "A123456789012345678901234567890",
      PatientName: "X".repeat(80),
    }),
  ]),
  "a procedure code and a time zone of the source": of({}, [
    aSource({
      TimezoneOffsetFromUTC: "-0330",
      ProcedureCodeSequence: [
        dataSetOf({ CodeValue: "XWRIST", CodingSchemeDesignator: "99LOCAL", CodeMeaning: "Wrist" }),
      ],
    }),
  ]),
  "a report that supersedes another": () => ({
    ...of({ revision: 2 })(),
    predecessor: buildReport({ ...of({})(), device: DEVICE, now: NOW }),
  }),
  "a report that supersedes one of another class": () => ({
    ...of({ revision: 2 })(),
    predecessor: {
      ...buildReport({ ...of({})(), device: DEVICE, now: NOW }),
      sopClassUID: "1.2.840.10008.5.1.4.1.1.88.22",
    },
  }),
  "Enhanced SR": () => ({ ...of({})(), options: { reportClass: "enhanced" } }),
  "Enhanced SR, one image analysed, one passed over": () => ({
    ...of({ passed: [passedOver(OTHER_IMAGE, "NOT_LATERAL")] }, two())(),
    options: { reportClass: "enhanced" },
  }),
  "Enhanced SR, not analysed": () => ({ ...of({ probability: undefined })(), options: { reportClass: "enhanced" } }),
  German: () => ({
    ...of({ passed: [passedOver(OTHER_IMAGE, "NOT_LATERAL")] }, two())(),
    options: { language: "de-DE" },
  }),
  "American English": () => ({ ...of({ intendedUse: "clinical" })(), options: { language: "en-US" } }),
  "a category": () => ({ ...of({})(), options: { actionableCategory: true } }),
  "a region": () => ({ ...of({})(), options: { explanation: "region" } }),
  "a region, in Enhanced SR, with a category": () => ({
    ...of({})(),
    options: { explanation: "region", reportClass: "enhanced", actionableCategory: true },
  }),
  "a region, in German": () => ({ ...of({})(), options: { explanation: "region", language: "de-DE" } }),
  "a picture": () => {
    const report = of({})();
    return { ...report, options: { explanation: "secondary-capture" }, pictures: picturesOf(report.finding) };
  },
  "a picture, in Enhanced SR": () => {
    const report = of({ probability: 0.42 })();
    return { ...report, options: { reportClass: "enhanced" }, pictures: picturesOf(report.finding) };
  },
};
