import { type DataSet, dataSetOf, type ElementValue } from "@redspot/dicom";
import { type Finding, findingOf, type InstanceFinding, type ReasonCode, reason } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";

export const STUDY = "1.2.826.0.1.3680043.8.498.1";
export const IMAGE = `${STUDY}.7.1`;
export const OTHER_IMAGE = `${STUDY}.8.1`;
export const NOW = new Date("2026-03-29T01:30:15.250Z");
export const DEVICE = { manufacturer: "Redspot", modelName: "Redspot", serialNumber: "test" };

const CR = "1.2.840.10008.5.1.4.1.1.1";

/** The header of a lateral wrist radiograph. */
export function aSource(changes: Record<string, ElementValue> = {}): DataSet {
  return dataSetOf({
    SpecificCharacterSet: "ISO_IR 100",
    SOPClassUID: CR,
    SOPInstanceUID: IMAGE,
    StudyInstanceUID: STUDY,
    SeriesInstanceUID: `${STUDY}.7`,
    Modality: "CR",
    StudyDate: "20260329",
    StudyTime: "021500",
    AccessionNumber: "A1",
    ReferringPhysicianName: "Dupré^Zoë",
    StudyID: "1",
    StudyDescription: "Wrist, left",
    PatientName: "Müller^Jürgen",
    PatientID: "P1",
    PatientBirthDate: "19500131",
    PatientSex: "M",
    PatientAge: "076Y",
    Rows: 2000,
    Columns: 1500,
    ...changes,
  });
}

/** An instance of the study that is no image. */
export const SR_OF_STUDY = dataSetOf({
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.22",
  SOPInstanceUID: `${STUDY}.7.7`,
  StudyInstanceUID: STUDY,
  SeriesInstanceUID: `${STUDY}.7`,
  Modality: "SR",
  PatientName: "Müller^Jürgen",
});

export function passedOver(sopInstanceUID: string, code: ReasonCode): InstanceFinding {
  return { sopInstanceUID, sopClassUID: CR, analysed: false, reason: reason(code) };
}

/** Evidence in one place: the fifth cell of the fourth row, and less around it. */
export const ACTIVATION = Array.from(
  { length: 64 },
  (_, cell) => 12 * Math.exp(-((Math.floor(cell / 8) - 3) ** 2 + ((cell % 8) - 4) ** 2) / 2),
);

/** The square that the network saw of an image of 2000 rows and 1500 columns. */
const SEEN = { x: -250, y: 0, width: 2000, height: 2000 };

interface Changes {
  /** The image's probability; undefined where it was passed over for its body part. */
  probability?: number | undefined;
  laterality?: "L" | "R" | undefined;
  intendedUse?: "demonstration" | "clinical";
  passed?: InstanceFinding[];
  revision?: number;
}

/** A finding about one image, and further instances that were passed over. Cut-off 0.45, band 0.4 to 0.5. */
export function aFinding(changes: Changes = {}): Finding {
  const {
    probability,
    laterality,
    intendedUse = "demonstration",
    passed = [],
    revision = 1,
  } = {
    probability: 0.934,
    laterality: "L" as const,
    ...changes,
  };
  const image: InstanceFinding =
    probability === undefined
      ? passedOver(IMAGE, "NOT_A_WRIST")
      : {
          sopInstanceUID: IMAGE,
          sopClassUID: CR,
          analysed: true,
          logit: 1.5,
          probability,
          activationMap: ACTIVATION,
          seen: SEEN,
          ...(laterality === undefined ? {} : { laterality }),
        };
  return findingOf({
    studyInstanceUID: STUDY,
    revision,
    instances: [image, ...passed],
    model: {
      ...EXAMPLE_MODEL,
      name: "redspot-demo",
      intendedUse,
      cutOff: 0.45,
      inconclusiveBand: { low: 0.4, high: 0.5 },
      engine: "onnxruntime-node 1.30.0 cpu",
    },
    softwareVersion: "0.1.0",
    analysedAt: NOW,
  });
}
