// What the page asks the service for. Every call rejects with a ServiceError, whose code says why.

class ServiceError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
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
    throw new ServiceError(body?.code ?? "FAILED", body?.message ?? `The service answered ${response.status}`);
  return body;
}

/** @param {number} limit */
export const readingList = (limit) => ask(`reading-list?limit=${limit}`);

/** @param {string} study */
export const studyDetail = (study) => ask(`studies/${study}`);

/** @param {string[]} studies */
export const patients = (studies) => ask(`patients?${studies.map((study) => `study=${study}`).join("&")}`);

/** @param {string} token */
export const signIn = (token) =>
  ask("session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });

/** Whether a session is open that could be ended. */
export const session = () => ask("session");

export const signOut = () => ask("session", { method: "DELETE" });

/**
 * @param {string} study
 * @param {string} instance
 */
export const previewAddress = (study, instance) => `studies/${study}/instances/${instance}/preview`;
