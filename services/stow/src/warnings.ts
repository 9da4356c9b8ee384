/** A Warning Reason (0008,1196) of an instance that is stored (PS3.18 Table I.2-1). */
export interface WarningReason {
  reason: number;
  meaning: string;
}

/**
 * The one warning that there is. Redspot keeps the bytes as they came: nothing is ever coerced (B000) or discarded (B006).
 */
export const DATA_SET_DOES_NOT_MATCH: WarningReason = {
  reason: 0xb007,
  meaning: "the SOP class is that of an image, and the data set has no pixel data",
};
