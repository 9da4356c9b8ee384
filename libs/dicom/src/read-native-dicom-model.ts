import { SaxesParser, type SaxesTagNS } from "saxes";
import type { DataSet, Element } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";
import { bytesOfBase64, MOST_DEPTH } from "./dicom-json.ts";

/** Name components in their order, as "^" separates them (PS3.5 6.2.1). */
const COMPONENTS = ["FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"];
const GROUPS = new Set(["Alphabetic", "Ideographic", "Phonetic"]);

/** Each data set is within an Item and a DicomAttribute; a name has three more. For each the parser looks at all around it. */
const MOST_TAGS = 2 * MOST_DEPTH + 4;

interface OpenElement extends Element {
  tag: string;
  Value: unknown[];
}

/** What a name's component group has so far. */
interface OpenName {
  groups: Record<string, string>;
  components: string[];
}

/**
 * A data set from a document of the Native DICOM Model (PS3.19 A.1), application/dicom+xml. Values stay text, names
 * become component groups, inline binary values bytes; bulk data stays a URI.
 *
 * A document type declaration is refused: the model has none, and entities are how XML is made to explode or to read
 * files. Throws MALFORMED, never with a value in its message.
 */
export function readNativeDicomModel(xml: string): DataSet {
  return new ModelReader().read(xml);
}

class ModelReader {
  readonly #dataSets: DataSet[] = [];
  readonly #elements: OpenElement[] = [];
  #root: DataSet | undefined;
  #name: OpenName | undefined;
  #text = "";
  #tags = 0;

  read(xml: string): DataSet {
    const parser = new SaxesParser({ xmlns: true });
    const refuse = (problem: string) => {
      throw new DicomError("MALFORMED", problem);
    };
    parser.on("error", () => refuse("the document is no well-formed XML"));
    parser.on("doctype", () => refuse("the document has a document type declaration"));
    parser.on("opentag", (tag) => this.#open(tag));
    parser.on("text", (text) => {
      this.#text += text;
    });
    parser.on("cdata", (text) => {
      this.#text += text;
    });
    parser.on("closetag", (tag) => this.#close(tag));
    parser.write(xml).close();
    return this.#root ?? refuse("the document has no NativeDicomModel (PS3.19 A.1)");
  }

  #open(tag: SaxesTagNS): void {
    this.#text = "";
    this.#tags += 1;
    if (this.#tags > MOST_TAGS) throw misplaced(`tags nested deeper than ${MOST_TAGS}`);
    if (tag.local === "NativeDicomModel") this.#openRoot();
    else if (tag.local === "DicomAttribute") this.#openElement(tag);
    else if (tag.local === "Item") this.#openItem();
    else if (tag.local === "BulkData")
      this.#element(tag).BulkDataURI = attribute(tag, "uri") ?? attribute(tag, "uuid") ?? "";
    else if (tag.local === "PersonName") this.#name = { groups: {}, components: [] };
    else if (GROUPS.has(tag.local) && this.#name) this.#name.components = [];
  }

  #openRoot(): void {
    if (this.#root !== undefined) throw misplaced("a second NativeDicomModel");
    this.#root = {};
    this.#enter(this.#root);
  }

  #enter(dataSet: DataSet): void {
    if (this.#dataSets.length > MOST_DEPTH) throw misplaced(`data sets nested deeper than ${MOST_DEPTH}`);
    this.#dataSets.push(dataSet);
  }

  #openElement(tag: SaxesTagNS): void {
    const number = attribute(tag, "tag")?.toUpperCase() ?? "";
    const vr = attribute(tag, "vr") ?? "";
    const dataSet = this.#dataSets.at(-1);
    if (!dataSet || this.#elements.length !== this.#dataSets.length - 1) throw misplaced("a DicomAttribute");
    if (!/^[0-9A-F]{8}$/.test(number)) throw misplaced("a DicomAttribute without a tag");
    const element = { tag: blockOf(number, attribute(tag, "privateCreator"), dataSet), vr, Value: [] };
    this.#elements.push(element);
  }

  #openItem(): void {
    const item: DataSet = {};
    const element = this.#elements.at(-1);
    if (element?.vr !== "SQ" || this.#elements.length !== this.#dataSets.length) throw misplaced("an Item");
    element.Value.push(item);
    this.#enter(item);
  }

  #element(tag: SaxesTagNS): OpenElement {
    const element = this.#elements.at(-1);
    if (!element || this.#elements.length !== this.#dataSets.length)
      throw misplaced(tag.local === "" ? "a tag" : tag.local);
    return element;
  }

  #close(tag: SaxesTagNS): void {
    const { local } = tag;
    this.#tags -= 1;
    if (local === "NativeDicomModel" || local === "Item") this.#dataSets.pop();
    else if (local === "DicomAttribute") this.#closeElement();
    else if (local === "Value") this.#plain(tag).Value.push(this.#text === "" ? null : this.#text);
    else if (local === "InlineBinary") this.#takeBinary(tag);
    else if (local === "PersonName") this.#plain(tag).Value.push(this.#name?.groups ?? null);
    else if (this.#name) this.#closeInName(local);
    this.#text = "";
  }

  /** The element that a value belongs to: any but a sequence, which has items. */
  #plain(tag: SaxesTagNS): OpenElement {
    const element = this.#element(tag);
    if (element.vr === "SQ") throw misplaced(`${tag.local} of a sequence`);
    return element;
  }

  #takeBinary(tag: SaxesTagNS): void {
    const element = this.#plain(tag);
    element.Value = [bytesOfBase64(this.#text, element.tag)];
  }

  #closeInName(local: string): void {
    const name = this.#name!;
    const component = COMPONENTS.indexOf(local);
    if (component >= 0) name.components[component] = this.#text;
    else if (GROUPS.has(local)) name.groups[local] = Array.from(name.components, (one) => one ?? "").join("^");
  }

  #closeElement(): void {
    const { tag, ...element } = this.#elements.pop()!;
    const { BulkDataURI, vr } = element;
    this.#dataSets.at(-1)![tag] = BulkDataURI === undefined ? element : { vr, BulkDataURI };
  }
}

/** PS3.18 B.23 writes the names of attributes with a capital, PS3.19 without. */
function attribute({ attributes }: SaxesTagNS, name: string): string | undefined {
  const found = Object.values(attributes).find(({ local }) => local.toLowerCase() === name.toLowerCase());
  return found?.value;
}

/**
 * A private element may leave its block open, as zeros, and name the creator (PS3.19 Table A.1.5-2): it then goes where the
 * creator has its block, or where it gets one (PS3.5 7.8.1).
 */
function blockOf(tag: string, creator: string | undefined, dataSet: DataSet): string {
  const group = tag.slice(0, 4);
  const isOpen = creator !== undefined && Number.parseInt(group, 16) % 2 === 1 && tag.slice(4, 6) === "00";
  if (!isOpen) return tag;
  for (let block = 0x10; block <= 0xff; block += 1) {
    const hex = block.toString(16).toUpperCase().padStart(2, "0");
    const reservation = `${group}00${hex}`;
    dataSet[reservation] ??= { vr: "LO", Value: [creator] };
    if (String(dataSet[reservation].Value?.[0] ?? "").trim() === creator.trim()) return `${group}${hex}${tag.slice(6)}`;
  }
  throw misplaced("a private element, for which no block is left,");
}

function misplaced(what: string): DicomError {
  return new DicomError("MALFORMED", `${what} stands where the Native DICOM Model has none (PS3.19 A.1)`);
}
