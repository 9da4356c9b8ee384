import type { DashboardContent } from "./panels.ts";

/** Whether the model still does in the field what its evaluation promised. */
export const modelWatch: DashboardContent = {
  uid: "redspot-model-watch",
  title: "Redspot: model watch",
  description:
    "The latest 200 studies against the evaluation of the model package, and readers' verdicts against its probabilities.",
  rows: {
    "All studies": [
      {
        title: "Flagged",
        description: "Moving average, between the control limits that the evaluation leads one to expect.",
        unit: "percentunit",
        queries: {
          flagged: 'max(redspot_model_flagged_ratio{part="all"})',
          "lower limit": 'max(redspot_model_flagged_low_ratio{part="all"})',
          "upper limit": 'max(redspot_model_flagged_high_ratio{part="all"})',
        },
      },
      {
        title: "Scores: distance from the evaluation",
        description: "Kolmogorov and Smirnov's. Above the limit chance explains it one time in a thousand.",
        unit: "none",
        queries: {
          distance: 'max(redspot_model_score_ks{part="all"})',
          limit: 'max(redspot_model_score_ks_limit{part="all"})',
        },
      },
      {
        title: "Scores: population stability index",
        description: "The same question, asked by bins.",
        unit: "none",
        queries: {
          index: 'max(redspot_model_score_psi{part="all"})',
          limit: 'max(redspot_model_score_psi_limit{part="all"})',
        },
      },
      {
        title: "Not analysed, of the latest studies",
        description: "A step up: headers or files have changed.",
        unit: "percentunit",
        queries: { "not analysed": 'max(redspot_model_not_analysed_ratio{part="all"})' },
      },
    ],
    "By manufacturer and site": [
      {
        title: "Flagged, by part",
        description: "Moving averages. Parts are those of REDSPOT_WATCH_MANUFACTURERS and REDSPOT_WATCH_SITES.",
        unit: "percentunit",
        queries: { "{{part}}": "max by (part) (redspot_model_flagged_ratio)" },
      },
      {
        title: "Distance over its limit, by part",
        description: "Above 1: drift.",
        unit: "none",
        queries: {
          "{{part}}": "max by (part) (redspot_model_score_ks) / max by (part) (redspot_model_score_ks_limit)",
        },
      },
      {
        title: "Not analysed, by part",
        description: "Of the latest studies of each.",
        unit: "percentunit",
        queries: { "{{part}}": "max by (part) (redspot_model_not_analysed_ratio)" },
      },
      {
        title: "Studies looked at, by part",
        description: "With fewer than 50 scored ones nothing is said of the scores.",
        unit: "short",
        queries: { "{{part}}": "max by (part) (redspot_model_watched_studies)" },
      },
    ],
    "Readers' verdicts": [
      {
        title: "Fractures promised and found",
        description: "Of the studies with a verdict within 90 days. Readers give verdicts mostly where they disagree.",
        unit: "short",
        queries: { "{{by}}": 'max by (by) (redspot_model_fractures{part="all"})' },
      },
      {
        title: "Calibration",
        description:
          "Spiegelhalter's z, by manufacturer and site: beyond 3 the probabilities do not mean what they say.",
        unit: "none",
        queries: { "{{part}}": "max by (part) (abs(redspot_model_calibration_z))" },
      },
      {
        title: "Verdicts",
        description: "Of 90 days.",
        unit: "short",
        queries: { verdicts: 'max(redspot_model_verdicts{part="all"})' },
      },
    ],
    "The second package, in the shadow": [
      {
        title: "Same answer",
        description: "Of the latest 200 studies that both packages scored.",
        unit: "percentunit",
        queries: { "same answer": "max(redspot_shadow_agreement_ratio)" },
      },
      {
        title: "Flagged by each",
        description: "Of these; the shadow's flags move nothing.",
        unit: "percentunit",
        queries: { "{{package}}": "max by (package) (redspot_shadow_flagged_ratio)" },
      },
      {
        title: "Studies in the shadow",
        description: "An hour. Skipped: the machine was never quiet. Failed: see the runbook.",
        unit: "short",
        queries: { "{{outcome}}": "sum by (outcome) (increase(redspot_shadow_studies_total[1h]))" },
      },
      {
        title: "Processes without the package that has the word",
        description: "They analyse nothing.",
        unit: "short",
        queries: { processes: "count(redspot_model_followed == 0)" },
      },
    ],
  },
};
