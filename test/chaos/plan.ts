import { type Random, randomFor } from "@redspot/phantom";
import type { RisBehaviour } from "./ris.ts";
import type { Toxic } from "./toxic.ts";

export const SERVICES = ["stow", "inference", "worklist"] as const;
/** What can be killed, ended, and paused. There are several of each service, one Redis and one PACS. */
export type Victim = (typeof SERVICES)[number] | "redis" | "orthanc";
export const VICTIMS: readonly Victim[] = [...SERVICES, "redis", "orthanc"];
/** What can be poisoned. */
export const LINKS = [
  "senders-stow",
  "services-redis",
  "services-orthanc",
  "worklist-ris",
  "worklist-repository",
] as const;
export type LinkName = (typeof LINKS)[number];

/** Who is told of what happens: of findings, and of what is audited. */
export type Receiver = "ris" | "repository";

/** One thing that goes wrong. */
export type Disturbance =
  /** SIGKILL, and started again after a while. */
  | { readonly kind: "kill"; readonly victim: Victim; readonly replica: number; readonly forMs: number }
  /** SIGTERM, and started again after a while. */
  | { readonly kind: "terminate"; readonly victim: Victim; readonly replica: number; readonly forMs: number }
  /** SIGSTOP, and SIGCONT after a while: a machine that is too busy, or a paused virtual one. */
  | { readonly kind: "pause"; readonly victim: Victim; readonly replica: number; readonly forMs: number }
  | { readonly kind: "toxic"; readonly link: LinkName; readonly toxic: Toxic; readonly forMs: number }
  /** A receiver does not take what it is told. */
  | {
      readonly kind: "receiver";
      readonly receiver: Receiver;
      readonly behaviour: RisBehaviour;
      readonly forMs: number;
    }
  /** The file system of spool and audit trail has no room left. */
  | { readonly kind: "disk-full"; readonly forMs: number }
  /** A replica's clock is wrong. */
  | { readonly kind: "clock"; readonly replica: number; readonly offsetMs: number; readonly forMs: number }
  /** Everything of Redspot and Redis dies at once, and what no fsync had reached is gone. */
  | { readonly kind: "power-cut"; readonly forMs: number };

export interface PlannedDisturbance {
  /** Milliseconds after the episode's beginning. */
  readonly atMs: number;
  readonly disturbance: Disturbance;
}

/** Some load with some trouble, and then peace until all is done. */
export interface Episode {
  /** From 1. */
  readonly number: number;
  readonly studies: number;
  /** Over which the studies are sent. */
  readonly loadMs: number;
  /** How Redis makes its log durable; the other way it loses up to a second or two in a power cut. */
  readonly appendFsync: "always" | "everysec";
  readonly disturbances: readonly PlannedDisturbance[];
  /** Who is away from its beginning until every study has its report and its place: neither may wait for them. */
  readonly away: readonly Receiver[];
}

export interface PlanOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly studies: number;
  readonly replicas: number;
  /** Of each episode: what is left of it is for coming to rest. */
  readonly episodeSeconds?: number;
}

/** Longest that anything is away, paused or poisoned, as a share of the time over which studies are sent. */
const LONGEST_SHARE = 0.35;
const DISTURBANCES_EACH = 4;
const RECEIVERS: readonly Receiver[] = ["ris", "repository"];
const AWAY_CHANCE = 0.2;

/** The whole run, made of its options alone. */
export function planRun({ seed, minutes, studies, replicas, episodeSeconds = 120 }: PlanOptions): Episode[] {
  const episodes = Math.max(1, Math.round((minutes * 60) / episodeSeconds));
  const slotMs = (minutes * 60_000) / episodes;
  const loadMs = Math.round(0.55 * slotMs);
  const deck = new Deck(randomFor(seed, "deck"));
  return Array.from({ length: episodes }, (_, index) => {
    const number = index + 1;
    const random = randomFor(seed, "episode", number);
    const each = Math.min(DISTURBANCES_EACH, Math.max(2, Math.round(loadMs / 12_000)));
    const disturbances = Array.from({ length: each }, () => {
      const forMs = Math.round(random.uniform(0.25, 1) * LONGEST_SHARE * loadMs);
      // Late enough that there is something to break, early enough that it is mended while studies still come.
      const atMs = Math.round(random.uniform(0.05, 1 - forMs / loadMs) * loadMs);
      return { atMs, disturbance: deck.draw()({ random, forMs, replica: random.integer(0, replicas - 1) }) };
    });
    return {
      number,
      studies: Math.round((studies * number) / episodes) - Math.round((studies * index) / episodes),
      loadMs,
      appendFsync: random.chance(0.5) ? "everysec" : "always",
      disturbances: disturbances.sort((a, b) => a.atMs - b.atMs),
      away: RECEIVERS.filter(
        (receiver) =>
          randomFor(seed, "away", receiver, number).chance(AWAY_CHANCE) &&
          !disturbances.some(({ disturbance: of }) => of.kind === "receiver" && of.receiver === receiver),
      ),
    };
  });
}

interface Draw {
  readonly random: Random;
  readonly forMs: number;
  readonly replica: number;
}
type Card = (draw: Draw) => Disturbance;

/** A break comes somewhere in this many bytes: about what a request has. */
const WITHIN_BYTES: Readonly<Record<LinkName, number>> = {
  "senders-stow": 200_000,
  "services-redis": 20_000,
  "services-orthanc": 12_000,
  "worklist-ris": 6_000,
  "worklist-repository": 20_000,
};

/** Every way in which something can go wrong. */
const CARDS: readonly Card[] = [
  ...VICTIMS.flatMap((victim) =>
    (["kill", "terminate", "pause"] as const).map(
      (kind): Card =>
        ({ forMs, replica }) => ({ kind, victim, replica: SERVICES.includes(victim as never) ? replica : 0, forMs }),
    ),
  ),
  ...LINKS.flatMap((link) =>
    toxics(link).map(
      (toxic): Card =>
        (draw) =>
          poisoned(link, toxic(draw.random), draw),
    ),
  ),
  ...(["away", "silent", "reset", "AE", "AR"] as const).map(
    (behaviour): Card =>
      ({ forMs }) => ({ kind: "receiver", receiver: "ris", behaviour, forMs }),
  ),
  ({ forMs }) => ({ kind: "receiver", receiver: "repository", behaviour: "away", forMs }),
  ({ forMs }) => ({ kind: "disk-full", forMs }),
  ({ random, forMs, replica }) => ({
    kind: "clock",
    replica,
    offsetMs: (random.chance(0.5) ? 1 : -1) * random.pick([3_000, 90_000, 3_600_000, 86_400_000]),
    forMs,
  }),
  ({ forMs }) => ({ kind: "power-cut", forMs: Math.min(forMs, 3_000) }),
  ({ forMs }) => ({ kind: "power-cut", forMs: Math.min(forMs, 3_000) }),
];

function poisoned(link: LinkName, toxic: Toxic, { forMs }: Draw): Disturbance {
  return { kind: "toxic", link, toxic, forMs };
}

/**
 * The toxics of a link. On plain TCP nobody could tell noise within a request to Redis from a value that was meant, as
 * there is no checksum: there it comes in the answers only, and for the same reason so it does on the RIS's. On the
 * others noise ends what it is in the middle of.
 */
function toxics(link: LinkName): ((random: Random) => Toxic)[] {
  const withinBytes = WITHIN_BYTES[link];
  const isPlain = link === "services-redis" || link === "worklist-ris";
  return [
    (random) => ({ kind: "latency", ms: random.integer(20, 300), jitterMs: random.integer(0, 200) }),
    (random) => ({ kind: "bandwidth", bytesPerSecond: random.integer(20_000, 200_000) }),
    () => ({ kind: "half-open", thereafter: "resume" }),
    () => ({ kind: "half-open", thereafter: "reset" }),
    () => ({ kind: "half-open", thereafter: "forgotten" }),
    () => ({ kind: "reset", withinBytes }),
    () => ({ kind: "truncation", direction: "request", withinBytes }),
    () => ({ kind: "truncation", direction: "response", withinBytes: 400 }),
    ...(isPlain ? [] : [(): Toxic => ({ kind: "garbage", direction: "request", withinBytes })]),
    () => ({ kind: "garbage", direction: "response", withinBytes: 400 }),
  ];
}

/** Cards are drawn to the last before any comes again, so that a long run meets each as often as the others. */
class Deck {
  readonly #random: Random;
  #left: Card[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  draw(): Card {
    if (this.#left.length === 0) this.#left = [...CARDS];
    const [card] = this.#left.splice(this.#random.integer(0, this.#left.length - 1), 1);
    return card!;
  }
}

/** One disturbance in words, for the log. */
export function describeDisturbance(of: Disturbance): string {
  const seconds = `for ${(of.forMs / 1000).toFixed(1)} s`;
  switch (of.kind) {
    case "kill":
    case "terminate":
    case "pause":
      return `${of.kind} ${of.victim}${SERVICES.includes(of.victim as never) ? ` ${of.replica + 1}` : ""} ${seconds}`;
    case "toxic": {
      const { kind, ...rest } = of.toxic;
      const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
      return `${of.link}: ${[kind, ...details].join(", ")} ${seconds}`;
    }
    case "receiver":
      return `${of.receiver} ${of.behaviour} ${seconds}`;
    case "clock":
      return `clocks of replica ${of.replica + 1} ${of.offsetMs > 0 ? "ahead" : "behind"} by ${Math.abs(of.offsetMs) / 1000} s ${seconds}`;
    default:
      return `${of.kind} ${seconds}`;
  }
}

/** What kind it is, for figures by kind. */
export function kindOf(of: Disturbance): string {
  if (of.kind === "toxic") return `${of.link} ${of.toxic.kind}`;
  if (of.kind === "receiver") return `${of.receiver} ${of.behaviour}`;
  return "victim" in of ? `${of.kind} ${of.victim}` : of.kind;
}
