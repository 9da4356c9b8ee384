import { element } from "./elements.js";

const REASONS = ["Strong clinical suspicion", "The emergency department asks", "The patient is waiting here"];

/**
 * Asks why a study is moved up; what was said, or nothing where somebody thinks better of it.
 *
 * @param {string} name of the study
 * @returns {Promise<string | undefined>}
 */
export function askWhy(name) {
  const field = element("input", { id: "why", name: "why", required: "", maxlength: 200, autocomplete: "off" });
  const suggestions = REASONS.map((text) => {
    const button = element("button", { type: "button" }, text);
    button.addEventListener("click", () => {
      field.value = text;
      form.requestSubmit();
    });
    return button;
  });
  const cancel = element("button.quiet", { type: "button" }, "Cancel");
  const form = element(
    "form",
    { method: "dialog" },
    element("h2", { id: "why-heading" }, `Move up: ${name}`),
    element("p.under", {}, "It goes before all that nobody has moved up, ahead of what the model says."),
    element("div.suggestions", { role: "group", "aria-label": "Common reasons" }, ...suggestions),
    element("label", { for: "why" }, "Why"),
    field,
    element("p.under", {}, "Everybody who reads the list sees your name and this reason. No patient data, please."),
    element("div.buttons", {}, cancel, element("button.primary", { type: "submit" }, "Move up")),
  );
  const dialog = element("dialog.why", { "aria-labelledby": "why-heading" }, form);
  cancel.addEventListener("click", () => dialog.close());
  const { promise, resolve } = Promise.withResolvers();
  form.addEventListener("submit", () => resolve(field.value.trim() || undefined));
  dialog.addEventListener("close", () => {
    resolve(undefined);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  return promise;
}
