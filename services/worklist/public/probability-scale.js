import { shape } from "./elements.js";
import { percent } from "./words.js";

/**
 * A probability on a scale from 0 to 100 %, with the band in which the model does not decide and the cut-off.
 *
 * @param {{ probability: number, cutOff: number, inconclusiveBand: { low: number, high: number }, kind: string }} finding
 */
export function probabilityScale({ probability, cutOff, inconclusiveBand: { low, high }, kind }) {
  const label =
    `Probability of a fracture ${percent(probability)}, cut-off ${percent(cutOff)}` +
    (high > low ? `, inconclusive from ${percent(low)} to ${percent(high)}` : "");
  const x = (share) => 6 + 188 * share;
  const at = x(probability);
  return shape(
    "svg.scale",
    { viewBox: "0 0 200 24", role: "img", "aria-label": label, "data-kind": kind },
    shape("rect.track", { x: x(0), y: 10, width: 188, height: 6, rx: 3 }),
    high > low ? shape("rect.band", { x: x(low), y: 7, width: 188 * (high - low), height: 12 }) : undefined,
    shape("rect.value", { x: x(0), y: 10, width: at - x(0), height: 6, rx: 3 }),
    shape("line.cut-off", { x1: x(cutOff), x2: x(cutOff), y1: 3, y2: 23 }),
    shape("circle.marker", { cx: at, cy: 13, r: 5.5 }),
  );
}
