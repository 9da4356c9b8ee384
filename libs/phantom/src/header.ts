import { type DataSet, dataSetOf } from "@redspot/dicom";
import { anatomicRegion, lateralToMedial, type View, viewCode, withoutModifiers } from "./codes.ts";
import { type InventedPatient, isAscii } from "./patient.ts";
import type { Radiograph } from "./radiograph.ts";
import type { Random } from "./random.ts";
import type { BodyPart } from "./truth.ts";

/** Kinds of image object: CR Image (PS3.3 A.2), Digital X-Ray Image For Presentation and For Processing (A.26). */
export type ImageClass = "CR" | "DX" | "DX For Processing";

const SOP_CLASS: Record<ImageClass, string> = {
  CR: "1.2.840.10008.5.1.4.1.1.1",
  DX: "1.2.840.10008.5.1.4.1.1.1.1",
  "DX For Processing": "1.2.840.10008.5.1.4.1.1.1.1.1",
};

/** What all instances of a study have in common. */
export interface StudyHeader {
  readonly studyInstanceUID: string;
  readonly imageClass: ImageClass;
  readonly patient: InventedPatient;
  readonly age: number;
  readonly bodyPart: BodyPart;
  readonly laterality: "L" | "R";
  readonly accessionNumber: string;
  readonly studyID: string;
  /** DA and TM (PS3.5 6.2). */
  readonly date: string;
  readonly time: string;
  readonly site: Site;
}

/** A department with its machine and its habits. None of them exists. */
export interface Site {
  readonly institution: string;
  readonly station: string;
  readonly manufacturer: string;
  readonly model: string;
  /** How the study is described: the examination asked for, never what it shows. */
  readonly description: (bodyPart: BodyPart, laterality: "L" | "R") => string;
  readonly lateralViewPosition: string;
}

const side = (laterality: "L" | "R") => (laterality === "L" ? "left" : "right");
const SITES: readonly Site[] = [
  {
    institution: "PHANTOM GENERAL",
    station: "XR1",
    manufacturer: "Phantom Imaging",
    model: "Plate Reader 3",
    description: (part, at) =>
      part === "chest" ? "XR Chest" : `XR ${part === "wrist" ? "Wrist" : capital(part)} ${capital(side(at))}`,
    lateralViewPosition: "LATERAL",
  },
  {
    institution: "PHANTOM INFIRMARY",
    station: "DR-ROOM2",
    manufacturer: "Phantom Imaging",
    model: "Flat Panel 43",
    description: (part, at) => (part === "chest" ? "CHEST" : `${part.toUpperCase()} ${at}`),
    lateralViewPosition: "LAT",
  },
  {
    institution: "PHANTOM CLINIC",
    station: "CASUALTY",
    manufacturer: "Imaginary Radiographics",
    model: "IR-2500",
    description: (part, at) => `X-ray ${part}${part === "chest" ? "" : ` ${side(at)}`}`,
    lateralViewPosition: "LM",
  },
];

/** The makers that phantoms name: none exists, so that a phantom is known wherever it turns up. */
export const MANUFACTURERS: readonly string[] = [...new Set(SITES.map(({ manufacturer }) => manufacturer))];

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

export const drawSite = (random: Random): Site => random.pick(SITES);

/** What one instance has of its own. */
export interface InstanceHeader {
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly seriesNumber: number;
  readonly instanceNumber: number;
  readonly view: View;
  /** Whether the palm is on the right of the image, and whether the fingers point down. */
  readonly palmRight: boolean;
  readonly upsideDown: boolean;
}

/** The whole data set of an instance, pixel data included: CR Image or DX Image IOD with all that is mandatory in it. */
export function imageDataSet(study: StudyHeader, instance: InstanceHeader, image: Radiograph): DataSet {
  return {
    ...patientModule(study),
    ...studyAndEquipment(study),
    ...seriesAndView(study, instance),
    ...imageModules(study, instance, image),
  };
}

function patientModule({ patient, age, date }: StudyHeader): DataSet {
  const year = Number(date.slice(0, 4)) - age;
  return dataSetOf({
    SpecificCharacterSet: isAscii(patient.name) ? undefined : "ISO_IR 192",
    PatientName: patient.name,
    PatientID: patient.id,
    // Born on the first of January: the age is right on every day of the year.
    PatientBirthDate: `${year}0101`,
    PatientSex: patient.sex,
    PatientAge: `${String(age).padStart(3, "0")}Y`,
  });
}

function studyAndEquipment(study: StudyHeader): DataSet {
  const { site } = study;
  return dataSetOf({
    StudyInstanceUID: study.studyInstanceUID,
    StudyDate: study.date,
    StudyTime: study.time,
    StudyID: study.studyID,
    AccessionNumber: study.accessionNumber,
    ReferringPhysicianName: null,
    StudyDescription: site.description(study.bodyPart, study.laterality),
    Manufacturer: site.manufacturer,
    ManufacturerModelName: site.model,
    InstitutionName: site.institution,
    StationName: site.station,
    DeviceSerialNumber: "0000",
    SoftwareVersions: "1.0",
  });
}

function seriesAndView(study: StudyHeader, instance: InstanceHeader): DataSet {
  const { imageClass, bodyPart, laterality, site } = study;
  const paired = bodyPart !== "chest";
  const { view } = instance;
  const isCR = imageClass === "CR";
  const viewPosition = view === "lateral" ? site.lateralViewPosition : view.toUpperCase();
  const coded = view === "lateral" && bodyPart === "wrist" && site.lateralViewPosition === "LM";
  return dataSetOf({
    Modality: isCR ? "CR" : "DX",
    SeriesInstanceUID: instance.seriesInstanceUID,
    SeriesNumber: instance.seriesNumber,
    SeriesDate: study.date,
    SeriesTime: study.time,
    SeriesDescription: paired ? viewName(view) : undefined,
    BodyPartExamined: bodyPart.toUpperCase(),
    ViewPosition: viewPosition,
    // Laterality (0020,0060) speaks for the series, Image Laterality (0020,0062) for the image: one of them, not both.
    Laterality: isCR && paired ? laterality : undefined,
    ImageLaterality: isCR ? undefined : paired ? laterality : "U",
    AnatomicRegionSequence: [anatomicRegion(bodyPart)],
    ViewCodeSequence: [withoutModifiers(coded ? lateralToMedial() : viewCode(view))],
    PresentationIntentType: isCR ? undefined : imageClass === "DX" ? "FOR PRESENTATION" : "FOR PROCESSING",
  });
}

const viewName = (view: View) => (view === "lateral" ? "Lateral" : view.toUpperCase());

function imageModules(study: StudyHeader, instance: InstanceHeader, image: Radiograph): DataSet {
  const { imageClass } = study;
  const isCR = imageClass === "CR";
  const forProcessing = imageClass === "DX For Processing";
  const { technique } = image;
  const spacing = [image.pixelSpacing, image.pixelSpacing];
  return dataSetOf({
    SOPClassUID: SOP_CLASS[imageClass],
    SOPInstanceUID: instance.sopInstanceUID,
    ImageType: isCR || forProcessing ? ["ORIGINAL", "PRIMARY"] : ["DERIVED", "PRIMARY"],
    InstanceNumber: instance.instanceNumber,
    AcquisitionDate: study.date,
    AcquisitionTime: study.time,
    ContentDate: study.date,
    ContentTime: study.time,
    PatientOrientation: orientation(study.bodyPart, instance),
    BurnedInAnnotation: "NO",
    LossyImageCompression: "00",
    AcquisitionContextSequence: isCR ? undefined : [],
    KVP: technique.kvp,
    ExposureInuAs: Math.round(technique.mas * 1000),
    PlateType: isCR ? "ST" : undefined,
    PositionerType: isCR ? undefined : "NONE",
    DetectorType: isCR ? undefined : "DIRECT",
    ImagerPixelSpacing: spacing,
    SamplesPerPixel: 1,
    PhotometricInterpretation: image.photometric,
    Rows: image.rows,
    Columns: image.columns,
    BitsAllocated: 16,
    BitsStored: image.bitsStored,
    HighBit: image.bitsStored - 1,
    PixelRepresentation: 0,
    PixelIntensityRelationship: isCR ? undefined : "LOG",
    PixelIntensityRelationshipSign: isCR ? undefined : image.photometric === "MONOCHROME1" ? 1 : -1,
    RescaleIntercept: isCR ? undefined : 0,
    RescaleSlope: isCR ? undefined : 1,
    RescaleType: isCR ? undefined : "US",
    PresentationLUTShape: image.photometric === "MONOCHROME1" ? "INVERSE" : "IDENTITY",
    // What is not for presentation has no window (PS3.3 C.8.11.3).
    WindowCenter: forProcessing ? undefined : image.windowCenter,
    WindowWidth: forProcessing ? undefined : image.windowWidth,
    PixelData: new Uint8Array(image.pixels.buffer, image.pixels.byteOffset, image.pixels.byteLength),
  });
}

/** Patient Orientation (0020,0020): where rows and columns lead, extremities in the anatomic position (PS3.3 C.7.6.1.1.1). */
function orientation(bodyPart: BodyPart, { view, palmRight, upsideDown }: InstanceHeader): [string, string] {
  if (bodyPart === "chest") return ["L", "F"];
  const down = bodyPart === "wrist" || bodyPart === "hand" ? (upsideDown ? "F" : "H") : "F";
  if (view === "lateral") return [palmRight !== upsideDown ? "A" : "P", down];
  return [palmRight !== upsideDown ? "L" : "R", down];
}
