import { element } from "./elements.js";
import { remember, remembered } from "./remembered.js";

const CAPTION = "An explanation, not a mark of the fracture: what raised the model's probability.";
const STEP = 10;

/**
 * The switch for the activation maps, with their opacity. Off at first: the eyes come before the machine.
 *
 * @param {(on: boolean) => void} onSwitch
 */
export function activationControls(onSwitch) {
  const box = element("input", { type: "checkbox", id: "activation", "aria-keyshortcuts": "A" });
  const opacity = remembered("opacity") ?? "60";
  const range = element("input", { type: "range", id: "opacity", min: 10, max: 100, step: STEP / 2, value: opacity });
  const apply = () => {
    document.documentElement.classList.toggle("activations", box.checked);
    document.documentElement.style.setProperty("--activation-opacity", String(Number(range.value) / 100));
    range.disabled = !box.checked;
  };
  box.addEventListener("change", () => {
    apply();
    onSwitch(box.checked);
  });
  range.addEventListener("input", () => {
    remember("opacity", range.value);
    apply();
  });
  apply();
  const node = element(
    "div.controls",
    {},
    element("label", { for: "activation" }, box, "Activation", element("kbd", { "aria-hidden": "true" }, "A")),
    element("label", { for: "opacity" }, "Opacity", range),
    element("p.under", {}, element("span.legend", { "aria-hidden": "true" }), CAPTION),
  );
  return {
    node,
    toggle: () => box.click(),
    isOn: () => box.checked,
    /** @param {1 | -1} direction */
    step(direction) {
      range.value = String(Number(range.value) + direction * STEP);
      range.dispatchEvent(new Event("input"));
    },
  };
}
