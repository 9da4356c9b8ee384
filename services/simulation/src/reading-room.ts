import { Heap } from "heap-js";
import type { Roster } from "./roster.ts";
import type { Study } from "./study.ts";
import type { WaitingList } from "./waiting-list.ts";

/**
 * When each study is opened: a discrete-event simulation of a room in which every reader who is free takes the study
 * that stands first. A study that has been begun is read to its end, also where the reader's shift ends before.
 *
 * @param studies in order of arrival
 * @returns a time for each study, in milliseconds
 */
export function readStudies(studies: readonly Study[], list: WaitingList, roster: Roster): Float64Array {
  const openedAt = new Float64Array(studies.length).fill(Number.NaN);
  const findings = Uint32Array.from(studies.keys()).sort((a, b) => studies[a]!.foundAt - studies[b]!.foundAt);
  const ends = new Heap<number>((a, b) => a - b);
  let [arrived, found, opened] = [0, 0, 0];
  let change = roster.nextChange(Number.NEGATIVE_INFINITY);

  while (opened < studies.length) {
    const now = Math.min(
      studies[arrived]?.arrivedAt ?? Number.POSITIVE_INFINITY,
      studies[findings[found] ?? -1]?.foundAt ?? Number.POSITIVE_INFINITY,
      ends.peek() ?? Number.POSITIVE_INFINITY,
      change,
    );
    while (ends.length > 0 && ends.peek()! <= now) ends.pop();
    while (arrived < studies.length && studies[arrived]!.arrivedAt <= now) list.arrive(arrived++);
    while (found < studies.length && studies[findings[found]!]!.foundAt <= now) list.find(findings[found++]!);
    if (change <= now) change = roster.nextChange(now);

    for (let free = roster.readersAt(now) - ends.length; free > 0; free--) {
      const next = list.take(now);
      if (next === undefined) break;
      openedAt[next] = now;
      opened++;
      ends.push(now + studies[next]!.readingTime);
    }
  }
  return openedAt;
}
