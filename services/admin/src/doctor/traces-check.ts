import { type CollectorRefusal, tryCollector } from "@redspot/runtime";
import { type Check, doubtful, fine, notChecked } from "./check.ts";

/** The collector takes traces: it is sent none, as OTLP allows. Doubtful where not: nothing waits for it. */
export function tracesCheck(url: string | undefined): Check {
  return {
    about: "the collector takes traces",
    async look() {
      if (url === undefined) return notChecked("REDSPOT_TRACES_URL is not set", "Nobody is told of traces.");
      const refusal = await tryCollector(url);
      if (refusal === undefined) return fine(`${new URL(url).host} takes them; none was sent`);
      const { status, code } = refusal;
      const found = status === undefined ? `it does not answer (${code})` : `it answers ${status}`;
      return doubtful(found, `${adviceFor(refusal)} Nothing waits for it: traces are let go meanwhile.`);
    },
  };
}

function adviceFor({ status, code }: CollectorRefusal): string {
  if (status === 401 || status === 403) return "See OTEL_EXPORTER_OTLP_HEADERS: the collector wants to know who sends.";
  if (status === 404 || status === 405) {
    return "REDSPOT_TRACES_URL has to be the whole address, such as http://collector:4318/v1/traces.";
  }
  if (status !== undefined) return "See REDSPOT_TRACES_URL, and what the collector logs.";
  if (code !== undefined && /CERT|TLS|SSL|SIGNED|UNABLE_TO|EPROTO/.test(code)) {
    return "See OTEL_EXPORTER_OTLP_CERTIFICATE, and whether REDSPOT_TRACES_URL is to begin with https or http.";
  }
  return "See REDSPOT_TRACES_URL, whether the collector runs, and whether a firewall is between.";
}
