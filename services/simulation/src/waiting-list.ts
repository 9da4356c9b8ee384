import { Heap } from "heap-js";
import { orderingOf, type Policy } from "./policy.ts";
import { MINUTE, type Study } from "./study.ts";

/** The studies that wait, known by their place in the order of arrival. */
export interface WaitingList {
  arrive(study: number): void;
  /** A study's finding is there. It may have been opened before; then nothing changes. */
  find(study: number): void;
  /** Takes the study to be read next, where one waits. */
  take(now: number): number | undefined;
}

export function waitingList(policy: Policy, studies: readonly Study[]): WaitingList {
  const list = orderedList(orderingOf(policy), studies);
  return policy.order === "overdue-to-top" ? overdueFirst(list, studies, policy.minutes * MINUTE) : list;
}

interface OrderedList extends WaitingList {
  isWaiting(study: number): boolean;
  remove(study: number): void;
}

function orderedList(ordering: (study: Study, found: boolean) => number, studies: readonly Study[]): OrderedList {
  const places = new Heap<{ order: number; study: number }>((a, b) => a.order - b.order || a.study - b.study);
  // A study that is moved leaves its old place behind, which is passed over when it comes up.
  const waiting = new Uint8Array(studies.length);
  const orders = new Float64Array(studies.length);
  const place = (study: number, found: boolean) => {
    const order = ordering(studies[study]!, found);
    if (found && order === orders[study]) return;
    orders[study] = order;
    places.push({ order, study });
  };
  return {
    arrive(study) {
      waiting[study] = 1;
      place(study, false);
    },
    find(study) {
      if (waiting[study] === 1) place(study, true);
    },
    take() {
      for (let first = places.pop(); first !== undefined; first = places.pop()) {
        if (waiting[first.study] === 0) continue;
        waiting[first.study] = 0;
        return first.study;
      }
      return undefined;
    },
    isWaiting: (study) => waiting[study] === 1,
    remove(study) {
      waiting[study] = 0;
    },
  };
}

/** An unflagged study that has waited longer than the limit goes before all others, the longest wait first. */
function overdueFirst(list: OrderedList, studies: readonly Study[], limit: number): WaitingList {
  let oldest = 0;
  let arrived = 0;
  const isFlagged = (study: number) => studies[study]!.outcome === "fracture";
  return {
    arrive(study) {
      arrived = study + 1;
      list.arrive(study);
    },
    find: list.find,
    take(now) {
      while (oldest < arrived && (!list.isWaiting(oldest) || isFlagged(oldest))) oldest++;
      if (oldest === arrived || now - studies[oldest]!.arrivedAt <= limit) return list.take(now);
      list.remove(oldest);
      return oldest;
    },
  };
}
