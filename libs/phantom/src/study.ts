import { type DataSet, deriveUid, writePart10 } from "@redspot/dicom";
import type { View } from "./codes.ts";
import { drawSite, type ImageClass, imageDataSet, type StudyHeader } from "./header.ts";
import { ODDITIES, type Oddity, withOddities } from "./oddity.ts";
import { inventPatient } from "./patient.ts";
import { type Radiograph, type RadiographOptions, renderRadiograph } from "./radiograph.ts";
import { type Random, randomFor } from "./random.ts";
import { EXCLUSIONS, type Exclusion, type StudyTruth, type Truth } from "./truth.ts";

export interface PhantomInstance {
  /** The instance as a DICOM file (PS3.10), Explicit VR Little Endian. */
  bytes: Uint8Array;
  sopInstanceUID: string;
  truth: Truth;
  dataSet: DataSet;
  /** The image that the pixel data was made from. */
  image: Radiograph;
}

export interface PhantomStudy {
  studyInstanceUID: string;
  instances: PhantomInstance[];
  truth: StudyTruth;
  /** What the sender left out or wrote its own way, in every instance. */
  oddities: readonly Oddity[];
}

export interface StudyOptions extends Omit<RadiographOptions, "exposure" | "raw"> {
  /** Kind of image object; CR or DX For Presentation unless given. */
  imageClass?: ImageClass;
  /** The wrist's views in their order; drawn unless given: lateral, PA and lateral, a repeated lateral... */
  views?: readonly ("lateral" | "pa")[];
  /** What the sender leaves out or writes its own way; nothing unless asked for. */
  oddities?: readonly Oddity[];
  /** Study Date, YYYYMMDD. */
  date?: string;
  /** Study Time, HHMMSS; drawn unless given. */
  time?: string;
}

/** The day on which phantoms are imaged unless another is given, so that the same seed always gives the same bytes. */
export const DEFAULT_DATE = "20240115";

/** Makes a study of one to three instances: the same options give the same bytes. */
export function makeStudy(options: StudyOptions): PhantomStudy {
  const { seed, oddities = [], date = DEFAULT_DATE } = options;
  const random = randomFor(seed, "study");
  const planned = planViews(options, random);
  const drawnClass = random.weighted([[0.6, "CR"] as const, [0.4, "DX"] as const]);
  const imageClass = options.imageClass ?? drawnClass;
  const drawnTime = [random.integer(7, 22), random.integer(0, 59), random.integer(0, 59)]
    .map((part) => String(part).padStart(2, "0"))
    .join("");
  const seriesEach = random.chance(imageClass === "CR" ? 0.2 : 0.6);
  const studyInstanceUID = deriveUid("phantom", "study", identityOf(options));
  const raw = imageClass === "DX For Processing" ? { raw: true } : {};
  const rendered = planned.map((view, exposure) => ({
    view,
    image: renderRadiograph({ ...options, ...(view === "pa" ? frontal(options) : {}), ...raw, exposure }),
  }));
  const first = rendered[0]!.image.truth;
  const header: StudyHeader = {
    studyInstanceUID,
    imageClass,
    patient: inventPatient(randomFor(seed, "name")),
    age: first.age,
    bodyPart: first.bodyPart,
    laterality: first.laterality,
    accessionNumber: `PH${String(random.integer(0, 99_999_999)).padStart(8, "0")}`,
    studyID: String(random.integer(1000, 99_999)),
    date,
    time: options.time ?? drawnTime,
    site: drawSite(randomFor(seed, "site")),
  };
  const instances = rendered.map(({ view, image }, i): PhantomInstance => {
    const series = seriesEach ? i + 1 : 1;
    const sopInstanceUID = deriveUid("phantom", "instance", studyInstanceUID, String(i));
    const whole = imageDataSet(
      header,
      {
        sopInstanceUID,
        seriesInstanceUID: deriveUid("phantom", "series", studyInstanceUID, String(series)),
        seriesNumber: series,
        instanceNumber: seriesEach ? 1 : i + 1,
        view: first.bodyPart === "wrist" ? view : OTHER_VIEWS[first.bodyPart],
        palmRight: image.palmRight,
        upsideDown: image.upsideDown,
      },
      image,
    );
    const dataSet = oddities.length > 0 ? withOddities(whole, oddities, randomFor(seed, "oddities")) : whole;
    return { bytes: writePart10(dataSet), sopInstanceUID, truth: image.truth, dataSet, image };
  });
  return { studyInstanceUID, instances, truth: studyTruth(instances.map((instance) => instance.truth)), oddities };
}

const OTHER_VIEWS: Record<Exclude<Truth["bodyPart"], "wrist">, View> = {
  hand: "pa",
  ankle: "lateral",
  knee: "ap",
  chest: "pa",
};

/** UIDs depend on every option, so that two studies that differ in anything differ in their UIDs. */
function identityOf(options: StudyOptions): string {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A frontal view of a wrist in plaster or of a child stays what it is. */
const frontal = ({ exclusion }: StudyOptions) =>
  exclusion === undefined ? ({ exclusion: "ap-view" } as const) : ({ frontal: true } as const);

function planViews({ views, exclusion }: StudyOptions, random: Random): readonly ("lateral" | "pa")[] {
  const drawn = random.weighted([
    [0.36, ["lateral"]] as const,
    [0.34, ["pa", "lateral"]] as const,
    [0.14, ["lateral", "pa"]] as const,
    [0.08, ["pa", "lateral", "lateral"]] as const,
    [0.08, ["lateral", "lateral"]] as const,
  ]);
  const again = random.chance(0.25);
  if (views) return views;
  if (exclusion === "ap-view") return again ? ["pa", "pa"] : ["pa"];
  if (exclusion === "other-body-part") return ["lateral"];
  return drawn;
}

function studyTruth(truths: readonly Truth[]): StudyTruth {
  const first = truths[0]!;
  const eligible = truths.some((truth) => truth.eligible);
  const exclusion = (truths.find((truth) => truth.exclusion !== "ap-view") ?? first).exclusion;
  return {
    fracture: truths.find((truth) => truth.fracture)?.fracture ?? false,
    eligible,
    ...(eligible || exclusion === undefined ? {} : { exclusion }),
    laterality: first.laterality,
    redSpot: truths.some((truth) => truth.redSpot),
  };
}

export interface DayOptions {
  /** How many studies. */
  count: number;
  seed: number;
  /** Share of studies with a fracture, of all; exact to the nearest study. */
  fractureShare?: number;
  /** Share of studies that must be excluded, of all; exact to the nearest study. */
  exclusionShare?: number;
  /** Which exclusions, in turn. */
  exclusions?: readonly Exclusion[];
  /** Share of studies from senders with habits of their own. */
  oddityShare?: number;
  /**
   * How often the radiographer's flag is burnt in. One number is blind to the fracture; two make the flag tell of it,
   * as in a department where it is used well, and where a network would learn the flag.
   */
  redSpotShare?: number | { fracture: number; noFracture: number };
  matrix?: { rows: number; columns: number };
  date?: string;
}

/** A department's day, study by study, in order of arrival. Each is made when it is asked for. */
export function* makeStudies(options: DayOptions): Generator<PhantomStudy, void, undefined> {
  for (const study of planStudies(options)) yield makeStudy(study);
}

/** The options of each study of a day: what `makeStudies` makes, before it is made. */
export function planStudies({
  count,
  seed,
  fractureShare = 0.25,
  exclusionShare = 0.12,
  exclusions = EXCLUSIONS,
  oddityShare = 0.15,
  redSpotShare = 0.08,
  matrix,
  date,
}: DayOptions): StudyOptions[] {
  const random = randomFor(seed, "day");
  const excluded = exclusions.length === 0 ? 0 : Math.round(count * exclusionShare);
  const broken = Math.min(count - excluded, Math.round(count * fractureShare));
  const kinds = Array.from({ length: count }, (_, i): "fracture" | "excluded" | "whole" =>
    i < broken ? "fracture" : i < broken + excluded ? "excluded" : "whole",
  );
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [kinds[i], kinds[j]] = [kinds[j]!, kinds[i]!];
  }
  let turn = random.integer(0, 99);
  return kinds.map((kind) => {
    const own = random.integer(0, 2 ** 31 - 1);
    const odd = random.chance(oddityShare);
    const oddities = [random.pick(ODDITIES), ...(random.chance(0.3) ? [random.pick(ODDITIES)] : [])];
    const flag = random.uniform(0, 1);
    // Plaster is put on for a reason: most of what is in it is broken.
    const brokenInCast = random.chance(0.75);
    const exclusion = kind === "excluded" ? exclusions[turn++ % exclusions.length]! : undefined;
    const fracture = kind === "fracture" || (exclusion === "cast" && brokenInCast);
    const share =
      typeof redSpotShare === "number" ? redSpotShare : fracture ? redSpotShare.fracture : redSpotShare.noFracture;
    return {
      seed: own,
      fracture,
      redSpot: flag < share,
      oddities: odd ? oddities : [],
      ...(exclusion ? { exclusion } : {}),
      ...(matrix ? { matrix } : {}),
      ...(date ? { date } : {}),
    };
  });
}
