import type { Simulated } from "../simulate.ts";
import { backlogFigure } from "./backlog-figure.ts";
import { headStartChoice } from "./head-start-choice.ts";
import { meanWaits } from "./mean-waits.ts";
import { stillWaiting } from "./still-waiting.ts";
import { weekFigure } from "./week-figure.ts";

export interface Chart {
  /** Its file's name, without ending. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
}

/** All charts of a simulated room. */
export function charts({ experiment, results, backlog, choice }: Simulated): Chart[] {
  const headStarts = choice && {
    name: "head-start",
    title: "How long a head start",
    caption: "Mean waits by head start, and the longest wait of any study in a run.",
    svg: headStartChoice(choice),
  };
  return [
    {
      name: "waits",
      title: "How long studies wait",
      caption: "Mean waits with 95 % intervals. Every order reads the same studies with the same reading times.",
      svg: meanWaits(results),
    },
    {
      name: "tails",
      title: "Who still waits",
      caption:
        "The part of studies that wait longer than so many minutes, on a logarithmic scale: the tails that means hide.",
      svg: stillWaiting(results),
    },
    ...(headStarts ? [headStarts] : []),
    {
      name: "backlog",
      title: "A one-off backlog",
      caption: "Where a fracture stands on average, as a part of the place that it has first come, first served.",
      svg: backlogFigure(backlog),
    },
    {
      name: "week",
      title: "The week",
      caption: "Studies that come in each hour, and how many wait, first come, first served.",
      svg: weekFigure(results, experiment),
    },
  ];
}
