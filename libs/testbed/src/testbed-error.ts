export type TestbedErrorCode =
  | "MISSING_PROGRAM"
  | "PORT_IN_USE"
  | "NOT_READY"
  | "PROCESS_ENDED"
  | "STORE_FAILED"
  | "QUERY_FAILED";

/** What went wrong with a process of the test bed; the message names it, and says the way out. */
export class TestbedError extends Error {
  override readonly name = "TestbedError";
  readonly code: TestbedErrorCode;

  constructor(code: TestbedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
