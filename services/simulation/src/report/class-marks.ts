import { COLOURS } from "@redspot/report";
import type { ClassName } from "../waits.ts";

/** The classes that the charts tell apart: by colour, by shape and dash, and by word. */
export const SHOWN = ["fracture", "noFracture", "missed"] as const satisfies readonly ClassName[];

export const MARKS = {
  fracture: { colour: COLOURS.fracture, symbol: "circle", dash: "none" },
  noFracture: { colour: COLOURS.noFracture, symbol: "square", dash: "7,3" },
  missed: { colour: "#7B3294", symbol: "triangle", dash: "2,3" },
} as const;
