import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Observable Plot draws into a document, and here is no browser: linkedom's takes its place. */
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/**
 * Okabe & Ito's colours (2008), told apart by every kind of colour vision and in grey; what they say is always said by a
 * dash, a shape or a word as well.
 */
export const COLOURS = {
  fracture: "#D55E00",
  noFracture: "#0072B2",
  model: "#0072B2",
  other: "#D55E00",
  quiet: "#666666",
} as const;

const STYLE = { fontSize: "12px", fontFamily: "inherit", background: "none", overflow: "visible" };

/** Draws a plot as SVG, with a description for those who do not see it. */
export function draw(description: string, options: Plot.PlotOptions): string {
  const element = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    width: 460,
    height: 340,
    marginLeft: 52,
    marginBottom: 44,
    marginRight: 20,
    style: STYLE,
    ariaLabel: description,
    ...options,
  });
  // Plot names what its marks are; read aloud, "line line dot" is in the way of the description.
  for (const part of element.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  return String(element.outerHTML).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" role="img"');
}

/** An axis with its name in the middle, without an arrow. */
export function axis(label: string, rest: Plot.ScaleOptions = {}): Plot.ScaleOptions {
  return { label, labelAnchor: "center", labelArrow: "none", ...rest };
}

/** A share from 0 to 1. */
export const share = (label: string, rest: Plot.ScaleOptions = {}) =>
  axis(label, { domain: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], ...rest });
