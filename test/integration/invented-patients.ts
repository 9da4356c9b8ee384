import { type DataSet, dataSetOf, keywordOf, writePart10 } from "@redspot/dicom";
import type { PhantomStudy } from "@redspot/phantom";

/** What stands in the headers and must stand nowhere else. Nobody is called so, was born so or lives there. */
const INVENTED = {
  PN: "Quillfeather^Bartholomew",
  LO: "Wexborough Lane",
  SH: "Wexborough",
  LT: "Tumbledown, fell off a ladder",
  DA: "19470313",
  DT: "19470313030747.113",
  TM: "030747.113",
  IS: "734091766",
  DS: "7340.917664",
  AE: "QUILLFEATHER",
  CS: "QUILLFEATHER",
  UR: "http://quillfeather.example/",
} as const;

/** Names in several scripts, with all that PS3.5 6.2.1 allows in one. */
const NAMES = ["Quillfeather^Bartholomew", "Żółkiewska^Änne", "Yamada^Tarou=山田^太郎=やまだ^たろう"];

const TEXT_OF: Record<string, string> = { ...INVENTED, ST: INVENTED.LT, UT: INVENTED.LT, UC: INVENTED.LO };

/** Each piece by which invented data is known again, whatever is around it. */
const NEEDLES = [
  "Quillfeather",
  "Bartholomew",
  "Wexborough",
  "Tumbledown",
  "19470313",
  "030747.113",
  "734091766",
  "7340.917664",
  "Żółkiewska",
  "Änne",
  "Yamada",
  "山田",
  "太郎",
  "やまだ",
];

/** Groups whose attributes say something about patient, order, visit, study, equipment or what was done. */
const GROUPS = ["0008", "0010", "0012", "0018", "0020", "0032", "0038", "0040", "4008"];

/**
 * A header with all of PS3.6 in it: every attribute of these groups whose value is text, a name, a date, a time or a number
 * in letters, private ones too. What the image needs to be read as one is left as it is.
 */
function inventedHeader(image: DataSet, patient: number): DataSet {
  const header: DataSet = { ...image };
  const name = NAMES[patient % NAMES.length]!;
  for (const group of GROUPS) {
    for (let element = 0x10; element < 0xa000; element++) {
      const tag = group + element.toString(16).toUpperCase().padStart(4, "0");
      const keyword = keywordOf(tag);
      if (keyword === undefined) continue;
      const [own] = Object.values(dataSetOf({ [keyword]: null }));
      const vr = own!.vr;
      const isText = ["PN", "LO", "SH", "LT", "ST", "UT", "UC", "DA", "DT", "TM"].includes(vr);
      if (!(vr in TEXT_OF) || (tag in image && !isText)) continue;
      header[tag] = { vr, Value: [vr === "PN" ? name : TEXT_OF[vr]] };
    }
  }
  const bytes = new TextEncoder().encode(name);
  return {
    ...header,
    ...dataSetOf({ SpecificCharacterSet: "ISO_IR 192", PatientID: `Wexborough-${patient}` }),
    "00090010": { vr: "LO", Value: ["QUILLFEATHER INC"] },
    "00091001": { vr: "PN", Value: [name] },
    "00091002": { vr: "LO", Value: [INVENTED.LO] },
    "00091003": { vr: "UT", Value: [INVENTED.LT] },
    "00091004": { vr: "UN", Value: [bytes.slice(0, bytes.length - (bytes.length % 2)).buffer] },
  };
}

export interface InventedInstance {
  studyInstanceUID: string;
  sopInstanceUID: string;
  dataSet: DataSet;
  bytes: Uint8Array;
}

/** The first image of a study, with an invented header. */
export function inventedInstance({ studyInstanceUID, instances }: PhantomStudy, patient: number): InventedInstance {
  const { sopInstanceUID, dataSet: image } = instances[0]!;
  const dataSet = inventedHeader(image, patient);
  return { studyInstanceUID, sopInstanceUID, dataSet, bytes: writePart10(dataSet) };
}

/** All ways in which a piece may be written: as it is, misread as Latin-1, escaped for JSON or a URL, in hexadecimal or base64. */
const WRITTEN = NEEDLES.flatMap((needle) => {
  const utf8 = Buffer.from(needle);
  const json = [...needle].map((one) => `\\u${one.codePointAt(0)!.toString(16).padStart(4, "0")}`).join("");
  // The last characters of base64 depend on what comes next.
  const coded = [
    utf8.toString("latin1"),
    json,
    encodeURIComponent(needle),
    utf8.toString("hex"),
    utf8.toString("base64"),
  ];
  const tellable = coded.map((written) => written.replace(/.{3}=*$/, "")).filter((written) => written.length >= 8);
  return [needle, ...tellable].map((written) => ({ needle, written: written.toLowerCase() }));
});

/** What of the invented data a text holds, with a little of what is around it. */
export function inventedIn(text: string): string[] {
  const lower = text.toLowerCase();
  return WRITTEN.flatMap(({ needle, written }) => {
    const at = lower.indexOf(written);
    return at < 0 ? [] : [`${needle}: ...${text.slice(Math.max(0, at - 80), at + written.length + 40)}...`];
  });
}
