import { type DataSet, type Element, keywordOf } from "./data-set.ts";

const NAMESPACE = "http://dicom.nema.org/PS3.19/models/NativeDICOM";

/** A data set as a document of the Native DICOM Model (PS3.19 A.1), application/dicom+xml. */
export function writeNativeDicomModel(dataSet: DataSet): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<NativeDicomModel xmlns="${NAMESPACE}" xml:space="preserve">${attributes(dataSet)}</NativeDicomModel>\n`
  );
}

function attributes(dataSet: DataSet): string {
  const tags = Object.keys(dataSet).sort();
  return tags.map((tag) => attribute(tag, dataSet[tag]!)).join("");
}

function attribute(tag: string, { vr, Value = [], BulkDataURI }: Element): string {
  const keyword = keywordOf(tag);
  const names = `tag="${tag}" vr="${vr}"${keyword === undefined ? "" : ` keyword="${keyword}"`}`;
  const content = BulkDataURI === undefined ? Value.map(value).join("") : `<BulkData uri="${escaped(BulkDataURI)}"/>`;
  return content === "" ? `<DicomAttribute ${names}/>` : `<DicomAttribute ${names}>${content}</DicomAttribute>`;
}

function value(value: unknown, index: number): string {
  const number = `number="${index + 1}"`;
  if (value instanceof Uint8Array) return `<InlineBinary>${Buffer.from(value).toString("base64")}</InlineBinary>`;
  if (typeof value !== "object" || value === null) return `<Value ${number}>${escaped(String(value ?? ""))}</Value>`;
  if (isPersonName(value))
    return `<PersonName ${number}>${GROUPS.map((group) => components(value, group)).join("")}</PersonName>`;
  return `<Item ${number}>${attributes(value as DataSet)}</Item>`;
}

type Group = "Alphabetic" | "Ideographic" | "Phonetic";
type PersonName = Partial<Record<Group, string>>;
const GROUPS: readonly Group[] = ["Alphabetic", "Ideographic", "Phonetic"];
const COMPONENTS = ["FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"];

function isPersonName(value: object): value is PersonName {
  return GROUPS.some((group) => group in value);
}

function components(name: PersonName, group: Group): string {
  const parts = (name[group] ?? "").split("^");
  const tags = COMPONENTS.map((component, index) => {
    const part = parts[index] ?? "";
    return part === "" ? "" : `<${component}>${escaped(part)}</${component}>`;
  });
  const content = tags.join("");
  return content === "" ? "" : `<${group}>${content}</${group}>`;
}

const REFERENCES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => REFERENCES[character]!);
}
