import { type DataSet, dataSetOf, isUid, tagOf, text } from "@redspot/dicom";
import type { InstanceNote, Subscriptions, Transaction, UpsWorkitem, WorkitemStatus, Workitems } from "@redspot/queue";
import { headStartOf, type Priority, type ReadingPolicy } from "@redspot/triage";
import { askedPriority, eventsOf, kept, meetsCompletion, readCreation } from "./attributes.ts";
import { readSearch, returned, search } from "./search.ts";
import { UpsFailure, type UpsTransaction, type UpsWarning } from "./ups-answer.ts";
import { workitemDataSet } from "./workitem-data-set.ts";

export interface UpsDependencies {
  workitems: Pick<Workitems, "get" | "transact" | "scan" | "ofStudy">;
  subscriptions: Pick<
    Subscriptions,
    | "subscribe"
    | "subscribeAll"
    | "unsubscribe"
    | "unsubscribeAll"
    | "unsubscribeFiltered"
    | "suspend"
    | "all"
    | "single"
  >;
  /** The instances of a study, as they are known by now. */
  instancesOf: (studyInstanceUID: string) => Promise<InstanceNote[]>;
  /** What the PACS has about studies, as data sets by Study Instance UID; none of those that it does not know. */
  patientsOf: (studyInstanceUIDs: readonly string[]) => Promise<ReadonlyMap<string, DataSet>>;
  /** The studies that the PACS has for keys of a search. */
  findStudies: (keys: Record<string, string>) => Promise<string[]>;
  /** Where readers retrieve from. */
  retrieveUrl: string;
  policy: ReadingPolicy;
  now: () => Date;
}

/** Who asks, and by which Transaction UID. */
export interface Caller {
  by: string;
  transactionUID?: string | undefined;
}

/** What a transaction that was done has to remark. */
export interface Done {
  warning?: UpsWarning | undefined;
}

/** The Worklist Service (PS3.18 11) over the reading list: what each transaction does, apart from HTTP. */
export class UpsService {
  readonly #dependencies: UpsDependencies;

  constructor(dependencies: UpsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Create (PS3.18 11.4). The UID is that of the request, or else the data set's. */
  async create(dataSet: DataSet, given: string | undefined, { by }: Caller): Promise<Done & { workitemUID: string }> {
    const workitemUID = given ?? text(dataSet, "SOPInstanceUID") ?? text(dataSet, "AffectedSOPInstanceUID") ?? "";
    if (!isUid(workitemUID)) throw new UpsFailure("create", "0106", "no Workitem UID, or one that is no UID");
    const { studyInstanceUID, asked, attributes, isWhole } = readCreation(dataSet);
    await this.#transact("create", {
      act: "create",
      workitemUID,
      studyInstanceUID,
      by,
      at: this.#now(),
      ...this.#ask(asked),
      attributes: () => attributes,
      events: eventsOf(attributes).filter((event) => event === 5),
    });
    return { workitemUID, ...(isWhole ? {} : { warning: "CREATED_MODIFIED" }) };
  }

  /** Retrieve (PS3.18 11.5). */
  async retrieve(workitemUID: string): Promise<DataSet> {
    const workitem = await this.#dependencies.workitems.get(workitemUID);
    if (!workitem) throw new UpsFailure("retrieve", "C307", workitemUID);
    const [dataSet] = await this.#dataSetsOf([workitem]);
    return dataSet!;
  }

  /** Update (PS3.18 11.6). */
  async update(workitemUID: string, dataSet: DataSet, { by, transactionUID }: Caller): Promise<Done> {
    const own = transactionUID ?? text(dataSet, "TransactionUID");
    if (tagOf("ProcedureStepState") in dataSet) throw new UpsFailure("update", "C303");
    const asked = askedPriority(dataSet, "update");
    const { attributes, isWhole } = kept(dataSet);
    const says = Object.keys(attributes).length > 0 || asked !== undefined;
    await this.#transact("update", {
      act: "update",
      workitemUID,
      by,
      at: this.#now(),
      ...(own === undefined ? {} : { transactionUID: own }),
      ...(asked === undefined ? {} : this.#ask(asked)),
      attributes: (workitem) => ({ ...workitem?.attributes, ...attributes }),
      events: eventsOf(attributes),
    });
    if (isWhole) return {};
    return { warning: says ? "UPDATED_MODIFIED" : "OPTIONAL_UNSUPPORTED" };
  }

  /** Change State (PS3.18 11.7). */
  async changeState(workitemUID: string, dataSet: DataSet, { by }: Caller): Promise<Done> {
    const state = text(dataSet, "ProcedureStepState");
    const transactionUID = text(dataSet, "TransactionUID");
    if (state === "SCHEDULED") {
      if (!(await this.#dependencies.workitems.get(workitemUID)))
        throw new UpsFailure("changeState", "C307", workitemUID);
      throw new UpsFailure("changeState", "C303");
    }
    const act = ({ "IN PROGRESS": "claim", COMPLETED: "complete", CANCELED: "cancel" } as const)[state ?? ""];
    if (act === undefined)
      throw new UpsFailure("changeState", "0106", "no Procedure Step State (0074,1000) to change to");
    if (transactionUID !== undefined && !isUid(transactionUID)) {
      throw new UpsFailure("changeState", "0106", "Transaction UID (0008,1195) is no UID");
    }
    const status = await this.#transact("changeState", {
      act,
      workitemUID,
      by,
      at: this.#now(),
      ...(transactionUID === undefined ? {} : { transactionUID }),
      ...(act === "complete" ? { meets: ({ attributes }: UpsWorkitem) => meetsCompletion(attributes) } : {}),
    });
    return status === "0000" ? {} : { warning: status === "B304" ? "ALREADY_CANCELED" : "ALREADY_COMPLETED" };
  }

  /** Request Cancellation (PS3.18 11.8): of a SCHEDULED workitem done at once, else told to whoever is subscribed. */
  async requestCancellation(workitemUID: string, dataSet: DataSet, { by }: Caller): Promise<Done> {
    const workitem = await this.#dependencies.workitems.get(workitemUID);
    const { attributes } = kept(dataSet);
    const isClaimed = workitem?.state === "IN PROGRESS";
    const request = { ...attributes, ...dataSetOf({ RequestingAE: by.replace(/^[a-z]+:/, "").slice(0, 16) }) };
    if (isClaimed && !(await this.#hasSubscribers(workitem))) {
      // Whether a person reads it, who will not be asked, the list knows.
      await this.#transact("requestCancellation", { act: "requestCancel", workitemUID, by, at: this.#now() });
      throw new UpsFailure("requestCancellation", "C312");
    }
    const progress = tagOf("ProcedureStepProgressInformationSequence");
    const status = await this.#transact("requestCancellation", {
      act: "requestCancel",
      workitemUID,
      by,
      at: this.#now(),
      attributes: (known) =>
        Object.keys(attributes).length === 0 || isClaimed
          ? { ...known?.attributes }
          : { ...known?.attributes, [progress]: { vr: "SQ", Value: [attributes] } },
      words: JSON.stringify(request),
    });
    return status === "B304" ? { warning: "ALREADY_CANCELED" } : {};
  }

  /** Search (PS3.18 11.9). */
  async search(query: Record<string, unknown>): Promise<{ dataSets: DataSet[]; hasMore: boolean; isFuzzy: boolean }> {
    const { workitems, findStudies, retrieveUrl } = this.#dependencies;
    const wanted = readSearch(query);
    const { workitems: found, hasMore } = await search(wanted, {
      scan: (range) => workitems.scan(range),
      get: (uid) => workitems.get(uid),
      ofStudy: (uid) => workitems.ofStudy(uid),
      findStudies,
      dataSetOf: (workitem) => workitemDataSet(workitem, { instances: [], retrieveUrl }),
    });
    const dataSets = await this.#dataSetsOf(found);
    return { dataSets: dataSets.map((one) => returned(one, wanted.include)), hasMore, isFuzzy: wanted.isFuzzy };
  }

  async #dataSetsOf(workitems: readonly UpsWorkitem[]): Promise<DataSet[]> {
    const { instancesOf, patientsOf, retrieveUrl } = this.#dependencies;
    const studies = workitems.map(({ studyInstanceUID }) => studyInstanceUID);
    const [patients, instances] = await Promise.all([patientsOf(studies), Promise.all(studies.map(instancesOf))]);
    return workitems.map((workitem, index) =>
      workitemDataSet(workitem, {
        instances: instances[index] ?? [],
        patient: patients.get(workitem.studyInstanceUID),
        retrieveUrl,
      }),
    );
  }

  /** Whether anybody would be told of a request to cancel: one who is subscribed to this workitem, or to all. */
  async #hasSubscribers({ workitemUID, scheduledAt }: UpsWorkitem): Promise<boolean> {
    const { subscriptions } = this.#dependencies;
    for (const [title, rules] of await subscriptions.all()) {
      const single = await subscriptions.single(title, workitemUID);
      if (single?.lock === "none") continue;
      if (single !== undefined || rules.some(({ ends = Infinity }) => scheduledAt < ends)) return true;
    }
    return false;
  }

  async #transact(transaction: UpsTransaction, what: Transaction): Promise<WorkitemStatus> {
    const status = await this.#dependencies.workitems.transact(what);
    if (status === "0000" || status.startsWith("B")) return status;
    const isMissing = status === "C301" && what.transactionUID === undefined;
    throw new UpsFailure(
      transaction,
      status,
      status === "C307" ? what.workitemUID : undefined,
      isMissing ? "TRANSACTION_UID_MISSING" : undefined,
    );
  }

  #ask(asked: Priority): Pick<Transaction, "asked" | "askedHeadStartMs"> {
    const askedHeadStartMs = asked === "HIGH" ? headStartOf({ priority: asked }, this.#dependencies.policy) : 0;
    return { asked, askedHeadStartMs };
  }

  #now(): number {
    return this.#dependencies.now().getTime();
  }
}
