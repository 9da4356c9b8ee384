import type { Finding, InstanceFinding } from "@redspot/triage";
import type { Language } from "./languages/language.ts";

/** The finding in one sentence for the person who reads the study, and the figures in another. */
export function summaryOf({ outcome, probability = 0, reason, model }: Finding, language: Language): string {
  const { low, high } = model.inconclusiveBand;
  const figures = language.figures(language.percent(probability), language.percent(model.cutOff));
  switch (outcome) {
    case "fracture":
      return `${language.fracture()} ${figures}`;
    case "no-fracture":
      return `${language.noFracture()} ${figures}`;
    case "inconclusive":
      return `${language.inconclusive(language.percent(low), language.percent(high))} ${figures}`;
    case "not-analysed":
      return language.notAnalysed(reason && reasonText(reason, language));
  }
}

/** Why instances were passed over, all for the same reason. */
export function passedOverText(
  instances: readonly (InstanceFinding & { analysed: false })[],
  language: Language,
): string {
  const [first] = instances;
  return language.passedOver(instances.length, first === undefined ? "" : reasonText(first.reason, language));
}

/** The code goes with the words: it is what `docs/` and a support call are about, in any language. */
function reasonText({ code }: Extract<InstanceFinding, { analysed: false }>["reason"], { reasons }: Language): string {
  return `${reasons[code]} (${code})`;
}
