// What the page says in words, and how it writes numbers and times.

/** @type {Record<string, { text: string, kind: string }>} */
const OUTCOMES = {
  fracture: { text: "Suspected fracture", kind: "fracture" },
  "no-fracture": { text: "No fracture suspected", kind: "none" },
  inconclusive: { text: "Inconclusive", kind: "inconclusive" },
  "not-analysed": { text: "Not analysed", kind: "not-analysed" },
};

/** @param {string | null} outcome */
export const outcomeWords = (outcome) => OUTCOMES[outcome ?? ""] ?? { text: "Awaiting analysis", kind: "waiting" };

export const PRIORITIES = { HIGH: "High", MEDIUM: "Medium", LOW: "Low" };

export const SIDES = { L: "Left", R: "Right" };

/** @param {number} probability */
export const percent = (probability) => `${Math.round(probability * 100)} %`;

/**
 * A person's name as they know it: without the way by which Redspot knows them, and without the subject behind it that
 * tells an issuer's people apart.
 *
 * @param {string} by
 * @param {string} me
 */
export const personName = (by, me) =>
  by === me ? "you" : by.replace(/^oidc:([^/]+)\/.*$/, "$1").replace(/^(token|oidc|certificate):/, "");

/** @param {string} text */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export const counted = (number, one, many = `${one}s`) => `${thousands(number)} ${number === 1 ? one : many}`;

/** @param {number} number */
export const thousands = (number) => number.toLocaleString("en-GB");

/** @param {{ state: string, retrying?: boolean, text?: string }} report */
export function reportWords({ state, retrying, text = "" }) {
  if (state === "stored") return { text: "Report in the PACS", kind: "stored" };
  if (state === "pending") return { text: "Report to follow", kind: "pending" };
  return retrying
    ? { text: `Report not in the PACS yet: ${text}. It is tried again by itself.`, kind: "retrying" }
    : { text: `Report not in the PACS: ${text}. It is not tried again.`, kind: "failed" };
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86_400)];
  if (minutes < 1) return `${whole} s`;
  if (hours < 1) return `${minutes} min`;
  const two = (value) => String(value).padStart(2, "0");
  if (days < 1) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${two(minutes % 60)} min`;
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** A moment with its day unless that is today: a weekday's name is enough for six days. @param {string} moment ISO 8601 */
export function clockTime(moment, now = new Date()) {
  const date = new Date(moment);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) return time;
  const isOfThisWeek = date <= now && date > new Date(now.getFullYear(), now.getMonth(), now.getDate() - 6);
  return isOfThisWeek
    ? `${date.toLocaleDateString("en-GB", { weekday: "short" })} ${time}`
    : `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}

/** @param {string | null} date DA of PS3.5: YYYYMMDD */
export const birthDate = (date) =>
  /^\d{8}$/.test(date ?? "") ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : null;
