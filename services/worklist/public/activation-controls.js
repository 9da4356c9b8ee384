import { element } from "./elements.js";

const CAPTION = "Where the model's evidence lies. It explains the probability; it is no mark of the fracture.";

/**
 * The switch for the activation maps, with their opacity. Off at first: the eyes come before the machine.
 *
 * @param {(on: boolean) => void} onSwitch
 */
export function activationControls(onSwitch) {
  const box = element("input", { type: "checkbox", id: "activation" });
  const range = element("input", { type: "range", id: "opacity", min: 10, max: 100, step: 5, value: 60 });
  const apply = () => {
    document.documentElement.classList.toggle("activations", box.checked);
    document.documentElement.style.setProperty("--activation-opacity", String(Number(range.value) / 100));
    range.disabled = !box.checked;
  };
  box.addEventListener("change", () => {
    apply();
    onSwitch(box.checked);
  });
  range.addEventListener("input", apply);
  apply();
  const node = element(
    "div.controls",
    {},
    element("label", { for: "activation" }, box, "Show activation"),
    element("label", { for: "opacity" }, "Opacity", range),
    element("p.under", {}, CAPTION),
  );
  return { node, toggle: () => box.click(), isOn: () => box.checked };
}
