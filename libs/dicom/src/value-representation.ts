/** Value representations whose length has 16 bits in an explicit syntax (PS3.5 Table 7.1-2). */
export const SHORT_LENGTH: ReadonlySet<string> = new Set([
  ...["AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO"],
  ...["LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"],
]);

/** Those whose length has 32 bits, after two reserved bytes (PS3.5 Table 7.1-1). */
export const LONG_LENGTH: ReadonlySet<string> = new Set([
  ...["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"],
]);
