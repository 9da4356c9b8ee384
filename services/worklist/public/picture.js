import { drawActivation } from "./activation-overlay.js";
import { previewAddress } from "./api.js";
import { element } from "./elements.js";

/**
 * What the network saw of an instance, with room for the activation map over it.
 *
 * @param {{ study: string, instance: string, alt: string }} of
 */
export function picture({ study, instance, alt }) {
  const image = element("img", {
    src: previewAddress(study, instance),
    alt,
    width: 299,
    height: 299,
    decoding: "async",
    loading: "lazy",
    draggable: "false",
  });
  const canvas = element("canvas.activation", { "aria-hidden": "true" });
  const frame = element("span.picture", {}, image, canvas);
  image.addEventListener("error", () => frame.classList.add("missing"), { once: true });
  return {
    node: frame,
    /** @param {{ activationMap: number[], logit: number }} activation */
    show: (activation) => drawActivation(canvas, activation),
  };
}

/** In place of a picture, where there is none. */
export function noPicture() {
  return element("span.picture.none", { "aria-hidden": "true" }, "–");
}
