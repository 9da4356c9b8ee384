import { element } from "./elements.js";
import { percent } from "./words.js";

/**
 * A probability on a scale from 0 to 100 %, with the band in which the model does not decide, and the cut-off.
 *
 * @param {{ probability: number, cutOff: number, inconclusiveBand: { low: number, high: number }, kind: string }} finding
 * @param {{ labelled?: boolean }} [options] whether cut-off and band are told beside the scale
 */
export function probabilityScale({ probability, cutOff, inconclusiveBand: { low, high }, kind }, { labelled } = {}) {
  const hasBand = high > low;
  const name =
    `Probability of a fracture ${percent(probability)}, cut-off ${percent(cutOff)}` +
    (hasBand ? `, inconclusive from ${percent(low)} to ${percent(high)}` : "");
  const rule = element(
    "span.rule",
    {},
    hasBand ? element("span.band") : undefined,
    element("span.value"),
    element("span.cut-off"),
    element("span.marker"),
  );
  const scale = element(
    "div.scale",
    { role: "img", "aria-label": name, "data-kind": kind },
    labelled ? element("span.label.above", {}, `cut-off ${percent(cutOff)}`) : undefined,
    rule,
    labelled
      ? element(
          "span.ends",
          {},
          element("span", {}, "0"),
          hasBand ? element("span.label.below", {}, `no decision ${percent(low)} to ${percent(high)}`) : undefined,
          element("span", {}, "100 %"),
        )
      : undefined,
  );
  // By the object model: the page's policy lets no style attribute in.
  const places = { probability, "cut-off": cutOff, low, high };
  for (const [place, share] of Object.entries(places)) scale.style.setProperty(`--${place}`, `${100 * share}%`);
  return scale;
}
