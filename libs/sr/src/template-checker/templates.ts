import type { TreeItem } from "./content-tree.ts";
import { ANY, type Condition, dcid, ev, include, item, LANGUAGES, type Template } from "./template.ts";

/**
 * The templates of PS3.16 Annex A that Redspot's reports are made of, row by row: relationship, value type, concept name,
 * multiplicity, requirement, value set. Rows that Redspot never writes are left out, so that an item of one is noticed
 * as much as an item of none; where a template leaves concept names open, those that Redspot uses have rows.
 */

const has = (parent: TreeItem, key: string) =>
  parent.children.some(({ name }) => name !== undefined && `${name.value} ${name.scheme}` === key);

/** TID 1204 Language of Content Item and Descendants. */
const TID_1204: Template = {
  tid: "1204",
  title: "Language of Content Item and Descendants",
  rows: [item(undefined, "CODE", ev("121049 DCM"), "1", "M", { value: LANGUAGES })],
};

/** TID 1004 Device Observer Identifying Attributes. */
const TID_1004: Template = {
  tid: "1004",
  title: "Device Observer Identifying Attributes",
  rows: [
    item(undefined, "UIDREF", ev("121012 DCM"), "1", "M"),
    item(undefined, "TEXT", ev("121013 DCM"), "1", "U"),
    item(undefined, "TEXT", ev("121014 DCM"), "1", "U"),
    item(undefined, "TEXT", ev("121015 DCM"), "1", "U"),
    item(undefined, "TEXT", ev("121016 DCM"), "1", "U"),
  ],
};

/** TID 1002 Observer Context. An observer without a type is a person; Redspot's is a device, and says so. */
const IS_DEVICE: Condition = {
  words: "the observer is a device",
  holds: ({ children }) =>
    children.some(({ name, code }) => name?.value === "121005" && code?.value === "121007" && code.scheme === "DCM"),
  elsewhere: false,
};
const TID_1002: Template = {
  tid: "1002",
  title: "Observer Context",
  rows: [
    item(undefined, "CODE", ev("121005 DCM"), "1", "M", { value: dcid(270) }),
    include("HAS OBS CONTEXT", TID_1004, "1", IS_DEVICE),
  ],
};

/** TID 1001 Observation Context. Procedure and subject are those of the document. */
const TID_1001: Template = {
  tid: "1001",
  title: "Observation Context",
  rows: [include("HAS OBS CONTEXT", TID_1002, "1", "M")],
};

/** TID 1601 Image Library Entry. */
const TID_1601: Template = {
  tid: "1601",
  title: "Image Library Entry",
  rows: [item(undefined, "IMAGE", undefined, "1-n", "M")],
};

/** TID 1600 Image Library. */
const TID_1600: Template = {
  tid: "1600",
  title: "Image Library",
  rows: [
    item(undefined, "CONTAINER", ev("111028 DCM"), "1", "M", {
      rows: [
        item("CONTAINS", "CONTAINER", ev("126200 DCM"), "1-n", "U", {
          rows: [include("CONTAINS", TID_1601, "1-n", "M")],
        }),
      ],
    }),
  ],
};

/** TID 4019 Algorithm Identification. */
const TID_4019: Template = {
  tid: "4019",
  title: "Algorithm Identification",
  rows: [
    item(undefined, "TEXT", ev("111001 DCM"), "1", "M"),
    item(undefined, "TEXT", ev("111003 DCM"), "1", "M"),
    item(undefined, "TEXT", ev("111002 DCM"), "1-n", "U"),
  ],
};

/** TID 320 Image or Spatial Coordinates; its purpose is a parameter. */
const TID_320: Template = {
  tid: "320",
  title: "Image or Spatial Coordinates",
  rows: [
    item(undefined, "SCOORD", ev("130401 DCM"), "1", "M", {
      rows: [item("SELECTED FROM", "IMAGE", undefined, "1", "M")],
    }),
  ],
};

/** TID 300 Measurement; what is measured and in which units are parameters. */
const TID_300: Template = {
  tid: "300",
  title: "Measurement",
  rows: [
    item(undefined, "NUM", ev("111012 DCM"), "1", "M", {
      value: ev("% UCUM", "units (%, UCUM)"),
      rows: [include("INFERRED FROM", TID_320, "1-n", "U")],
    }),
  ],
};

/** TID 1501 Measurement and Qualitative Evaluation Group. */
const TID_1501: Template = {
  tid: "1501",
  title: "Measurement and Qualitative Evaluation Group",
  additions: ["130401 DCM"],
  rows: [
    item(undefined, "CONTAINER", ev("125007 DCM"), "1-n", "M", {
      rows: [
        item("HAS OBS CONTEXT", "TEXT", ev("112039 DCM"), "1", "M"),
        item("HAS OBS CONTEXT", "UIDREF", ev("112040 DCM"), "1", "M"),
        item("CONTAINS", "CODE", ev("121071 DCM"), "1", "U", { value: ev("72704001 SCT") }),
        item("HAS CONCEPT MOD", "CODE", ev("363698007 SCT"), "1-n", "U", {
          value: ev("74670003 SCT"),
          rows: [item("HAS CONCEPT MOD", "CODE", ev("272741003 SCT"), "1", "U", { value: dcid(244) })],
        }),
        item("CONTAINS", "IMAGE", ev("121112 DCM"), "1-n", "U"),
        include("HAS CONCEPT MOD", TID_4019, "1", "U"),
        include("CONTAINS", TID_300, "1-n", "U"),
        // $QualType: whether what was looked for is there.
        item("CONTAINS", "CODE", ev("72704001 SCT"), "1", "U", { value: dcid(240) }),
      ],
    }),
  ],
};

const ONE_OF_THREE: Condition = {
  words: "there are no imaging measurements",
  holds: (parent) => !has(parent, "126010 DCM"),
  elsewhere: true,
};

/** TID 1500 Measurement Report, the root. */
export const TID_1500: Template = {
  tid: "1500",
  title: "Measurement Report",
  ordered: true,
  rows: [
    item("", "CONTAINER", dcid(7021), "1", "M", {
      rows: [
        include("HAS CONCEPT MOD", TID_1204, "1", "M"),
        include("HAS OBS CONTEXT", TID_1001, "1", "M"),
        item("HAS CONCEPT MOD", "CODE", ev("121058 DCM"), "1-n", "M", { value: ANY }),
        include("CONTAINS", TID_1600, "1", "M"),
        item("CONTAINS", "CONTAINER", ev("126010 DCM"), "1", "U", {
          rows: [include("CONTAINS", TID_1501, "1-n", "M")],
        }),
        item("CONTAINS", "CONTAINER", ev("C0034375 UMLS"), "1", ONE_OF_THREE, {
          rows: [
            // Questions and answers about the study as a whole.
            item("CONTAINS", "CODE", ev("72704001 SCT"), "1", "M", { value: dcid(240) }),
            item("CONTAINS", "CODE", ev("111005 DCM"), "1", "U", { value: dcid(7035) }),
            item("CONTAINS", "CODE", ev("111065 DCM"), "1", "M", { value: dcid(6042) }),
            item("CONTAINS", "TEXT", ev("121106 DCM"), "1-n", "M", {
              rows: [item("INFERRED FROM", ["IMAGE", "COMPOSITE"], undefined, "1-n", "U")],
            }),
          ],
        }),
      ],
    }),
  ],
};
