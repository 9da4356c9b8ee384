// What the page asks the service for. Every call rejects with a ServiceError, whose code says why.

class ServiceError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {string} [by] whose act stands against it
   */
  constructor(code, message, by) {
    super(message);
    this.code = code;
    this.by = by;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function ask(path, init) {
  let response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json" }, ...init });
  } catch {
    throw new ServiceError("SERVICE_AWAY", "Redspot does not answer");
  }
  if (response.status === 204) return undefined;
  const body = await response.json().catch(() => undefined);
  if (!response.ok)
    throw new ServiceError(
      body?.code ?? "FAILED",
      body?.message ?? `The service answered ${response.status}`,
      body?.by,
    );
  return body;
}

/**
 * @param {string} method
 * @param {unknown} [body]
 * @returns {RequestInit}
 */
const sending = (method, body) =>
  body === undefined
    ? { method }
    : {
        method,
        headers: { Accept: "application/json", "Content-Type": "application/json" },
        body: JSON.stringify(body),
      };

/** @param {{ done: boolean, offset: number, limit: number }} page */
export const readingList = ({ done, offset, limit }) =>
  ask(`reading-list?offset=${offset}&limit=${limit}${done ? "&state=done" : ""}`);

/** What the order of today has won and lost against first come, first served. */
export const effect = () => ask("reading-list/effect");

/** @param {string} study */
export const studyDetail = (study) => ask(`studies/${study}`);

/** @param {string} study */
export const studyHistory = (study) => ask(`studies/${study}/history`);

/** @param {string[]} studies */
export const patients = (studies) => ask(`patients?${studies.map((study) => `study=${study}`).join("&")}`);

/**
 * Does something with a study; answers with its new line of the list.
 *
 * @param {string} study
 * @param {"take" | "release" | "complete" | "reopen" | "pin" | "verdict"} what
 * @param {{ why: string } | { verdict: string, comment?: string }} [body]
 */
export const work = (study, what, body) => ask(`studies/${study}/${what}`, sending("POST", body));

/**
 * @param {string} study
 * @param {"pin" | "verdict"} what
 */
export const takeBack = (study, what) => ask(`studies/${study}/${what}`, sending("DELETE"));

/** @param {string} token */
export const signIn = (token) => ask("session", sending("POST", { token }));

/** Who is signed in, and what they may do. */
export const session = () => ask("session");

export const signOut = () => ask("session", sending("DELETE"));

/**
 * @param {string} study
 * @param {string} instance
 */
export const previewAddress = (study, instance) => `studies/${study}/instances/${instance}/preview`;
