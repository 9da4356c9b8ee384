import Negotiator from "negotiator";
import { WorklistError } from "../worklist-error.ts";

interface Method {
  name: string;
  id: string;
  /** Status codes of success and failure. */
  statuses: string;
  hasRequest?: boolean;
  hasResponse?: boolean;
}

interface Resource {
  path: string;
  methods?: Method[];
  below?: Resource[];
}

/** The resources of the Worklist Service and what can be done with them (PS3.18 Tables 11.3-1 and H-1). */
const RESOURCES: Resource[] = [
  {
    path: "workitems",
    methods: [
      { name: "POST", id: "CreateWorkitem", statuses: "201 400 409", hasRequest: true },
      { name: "GET", id: "SearchForWorkitems", statuses: "200 204 206 400", hasResponse: true },
    ],
    below: [
      {
        path: "{Workitem}",
        methods: [
          { name: "GET", id: "RetrieveWorkitem", statuses: "200 400 404", hasResponse: true },
          { name: "POST", id: "UpdateWorkitem", statuses: "200 400 404 409", hasRequest: true },
        ],
        below: [
          {
            path: "state",
            methods: [{ name: "PUT", id: "ChangeWorkitemState", statuses: "200 400 404 409", hasRequest: true }],
          },
          {
            path: "cancelrequest",
            methods: [
              { name: "POST", id: "RequestWorkitemCancellation", statuses: "202 400 404 409", hasRequest: true },
            ],
          },
          {
            path: "subscribers",
            below: [
              {
                path: "{AETitle}",
                methods: [
                  { name: "POST", id: "CreateSubscription", statuses: "201 400 404" },
                  { name: "DELETE", id: "DeleteSubscription", statuses: "200 400 404" },
                ],
                below: [
                  {
                    path: "suspend",
                    methods: [{ name: "POST", id: "SuspendGlobalSubscription", statuses: "200 400 404" }],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  {
    path: "subscribers",
    below: [{ path: "{AETitle}", methods: [{ name: "GET", id: "OpenEventChannel", statuses: "101 400" }] }],
  },
];

const MEDIA = ["application/dicom+json", "application/dicom+xml", 'multipart/related; type="application/dicom+xml"'];
const WADL = "application/vnd.sun.wadl+xml";
const TYPES = [WADL, "application/json"];

/**
 * The Capabilities Description (PS3.18 8.9, Annex H): a WADL document, or the same as JSON where the request prefers that.
 * Throws NOT_ACCEPTABLE.
 */
export function describeCapabilities(base: string, accept: string | undefined): { type: string; body: string } {
  const type = accept ? new Negotiator({ headers: { accept } }).mediaType(TYPES) : WADL;
  if (type === undefined) throw new WorklistError("NOT_ACCEPTABLE", TYPES.join(", "));
  return { type, body: type === WADL ? wadl(base) : JSON.stringify({ base, resources: RESOURCES, mediaTypes: MEDIA }) };
}

function wadl(base: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<application xmlns="http://wadl.dev.java.net/2009/02">
<doc title="Redspot">The reading list as a Worklist Service, origin server of all its transactions (PS3.18 11).</doc>
<resources base="${escaped(base)}">${RESOURCES.map(resource).join("")}</resources>
</application>
`;
}

function resource({ path, methods = [], below = [] }: Resource): string {
  const [, parameter] = /^\{(\w+)\}$/.exec(path) ?? [];
  const template = parameter === undefined ? "" : `<param name="${parameter}" style="template"/>`;
  return `<resource path="${path}">${template}${methods.map(method).join("")}${below.map(resource).join("")}</resource>`;
}

function method({ name, id, statuses, hasRequest, hasResponse }: Method): string {
  const media = MEDIA.map((type) => `<representation mediaType="${escaped(type)}"/>`).join("");
  const request = `<request>${hasRequest ? media : ""}</request>`;
  return `<method name="${name}" id="${id}">${request}<response status="${statuses}">${hasResponse ? media : ""}</response></method>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
