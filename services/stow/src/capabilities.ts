import Negotiator from "negotiator";
import { RequestFailure } from "./failures.ts";
import { BODY_TYPES, RESPONSE_TYPES } from "./store-request.ts";

/** One method of a resource, as WADL describes it. */
interface Method {
  name: string;
  id: string;
  request: { representation: { mediaType: string }[] };
  response: { status: string; representation?: { mediaType: string }[] }[];
}

interface Resource {
  path: string;
  method: Method[];
  resource: Resource[];
}

/** What the service can do: the Studies Service's Store transaction, and nothing else (PS3.18 8.9, Table H-1). */
interface Capabilities {
  resources: { base: string; resource: Resource[] };
}

const ANSWERED = RESPONSE_TYPES.map((mediaType) => ({ mediaType }));

function store(id: string): Method {
  return {
    name: "POST",
    id,
    request: { representation: BODY_TYPES.map((type) => ({ mediaType: `multipart/related; type="${type}"` })) },
    response: [
      { status: "200 202 400 409 503", representation: ANSWERED },
      { status: "401 403 404 406 413 415", representation: [{ mediaType: "application/json" }] },
    ],
  };
}

function capabilities(base: string): Capabilities {
  const study: Resource = { path: "{StudyInstance}", method: [store("StoreStudyInstances")], resource: [] };
  const studies: Resource = { path: "studies", method: [store("StoreInstances")], resource: [study] };
  return { resources: { base, resource: [studies] } };
}

const WADL = "application/vnd.sun.wadl+xml";
const TYPES = [WADL, "application/json"];

/**
 * The Capabilities Description (PS3.18 8.9, Annex H): a WADL document, or the same as JSON where the request prefers that.
 * Throws NOT_ACCEPTABLE where it takes neither.
 */
export function describeCapabilities(base: string, accept: string | undefined): { type: string; body: string } {
  const type = accept ? new Negotiator({ headers: { accept } }).mediaType(TYPES) : WADL;
  if (type === undefined) throw new RequestFailure("NOT_ACCEPTABLE", `Accept allows neither ${TYPES.join(" nor ")}`);
  const description = capabilities(base);
  return { type, body: type === WADL ? wadl(description) : JSON.stringify(description) };
}

function wadl({ resources }: Capabilities): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<application xmlns="http://wadl.dev.java.net/2009/02">
<doc title="Redspot">Takes instances for triage by the Store transaction (PS3.18 10.5). Nothing can be retrieved.</doc>
<resources base="${escaped(resources.base)}">${resources.resource.map(resource).join("")}</resources>
</application>
`;
}

function resource({ path, method: methods, resource: below }: Resource): string {
  const [, parameter] = /^\{(\w+)\}$/.exec(path) ?? [];
  const template = parameter === undefined ? "" : `<param name="${parameter}" style="template"/>`;
  return `<resource path="${path}">${template}${methods.map(method).join("")}${below.map(resource).join("")}</resource>`;
}

function method({ name, id, request, response }: Method): string {
  const responses = response.map(
    (one) => `<response status="${one.status}">${representations(one.representation)}</response>`,
  );
  const requests = `<request>${representations(request.representation)}</request>`;
  return `<method name="${name}" id="${id}">${requests}${responses.join("")}</method>`;
}

function representations(list: { mediaType: string }[] = []): string {
  return list.map(({ mediaType }) => `<representation mediaType="${escaped(mediaType)}"/>`).join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
