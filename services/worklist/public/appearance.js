import { remember, remembered } from "./remembered.js";

/**
 * The choice between dark, light and what the system says. `theme.js` applies a remembered choice before the first paint.
 *
 * @param {HTMLSelectElement} choice
 */
export function appearanceChoice(choice) {
  choice.value = remembered("appearance") ?? "system";
  choice.addEventListener("change", () => {
    remember("appearance", choice.value);
    if (choice.value === "system") delete document.documentElement.dataset.appearance;
    else document.documentElement.dataset.appearance = choice.value;
  });
}
