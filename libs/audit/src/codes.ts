/** A coded concept of an audit message (PS3.15 A.5.2): code, coding scheme and meaning. */
export interface Code {
  readonly code: string;
  readonly scheme: string;
  readonly meaning: string;
}

const dcm = (code: string, meaning: string): Code => ({ code, scheme: "DCM", meaning });

/** A concept for which DICOM has no code. */
const own = (code: string, meaning: string): Code => ({ code, scheme: "99REDSPOT", meaning });

/** CID 400 Audit Event ID. */
export const EventID = {
  ApplicationActivity: dcm("110100", "Application Activity"),
  InstancesAccessed: dcm("110103", "DICOM Instances Accessed"),
  InstancesTransferred: dcm("110104", "DICOM Instances Transferred"),
  StudyDeleted: dcm("110105", "DICOM Study Deleted"),
  ProcedureRecord: dcm("110111", "Procedure Record"),
  Query: dcm("110112", "Query"),
  SecurityAlert: dcm("110113", "Security Alert"),
  UserAuthentication: dcm("110114", "User Authentication"),
} as const;

/** CID 401 Audit Event Type Code, and what Redspot adds to it. */
export const EventType = {
  ApplicationStart: dcm("110120", "Application Start"),
  ApplicationStop: dcm("110121", "Application Stop"),
  Login: dcm("110122", "Login"),
  Logout: dcm("110123", "Logout"),
  NodeAuthentication: dcm("110126", "Node Authentication"),
  SecurityConfiguration: dcm("110129", "Security Configuration"),
  SoftwareConfiguration: dcm("110131", "Software Configuration"),
  UseOfRestrictedFunction: dcm("110132", "Use of Restricted Function"),
  Receive: own("receive", "Instances received by STOW-RS"),
  Analyse: own("analyse", "Study analysed"),
  Report: own("report", "Report sent by STOW-RS"),
  Forget: own("forget", "Study deleted in Redspot"),
  View: own("view", "Finding or image looked at"),
  Names: own("names", "Names looked up for the reading list"),
  Search: own("search", "Workitems searched for"),
  Take: own("take", "Study taken up to be read"),
  Release: own("release", "Study put back unread"),
  Complete: own("complete", "Study completed"),
  Reopen: own("reopen", "Study brought back"),
  Pin: own("pin", "Study moved to the top of the reading list"),
  Unpin: own("unpin", "Study no longer at the top"),
  Verdict: own("verdict", "Verdict on a finding"),
  WithdrawVerdict: own("withdraw-verdict", "Verdict taken back"),
  WorkitemCreate: own("workitem-create", "Workitem created"),
  WorkitemRetrieve: own("workitem-retrieve", "Workitem retrieved"),
  WorkitemUpdate: own("workitem-update", "Workitem updated"),
  WorkitemState: own("workitem-state", "State of a workitem changed"),
  WorkitemCancel: own("workitem-cancel", "Cancellation of a workitem asked for"),
} as const;

/** CID 402 Audit Active Participant Role ID Code. */
export const Role = {
  Application: dcm("110150", "Application"),
  Destination: dcm("110152", "Destination Role ID"),
  Source: dcm("110153", "Source Role ID"),
} as const;

/** CID 404 Audit Participant Object ID Type Code, RFC 3881 5.5.4, and what Redspot adds to them. */
export const ObjectIDType = {
  StudyInstanceUID: dcm("110180", "Study Instance UID"),
  SOPClassUID: dcm("110181", "SOP Class UID"),
  NodeID: dcm("110182", "Node ID"),
  PatientNumber: { code: "2", scheme: "RFC-3881", meaning: "Patient Number" },
  Workitem: own("workitem", "UPS SOP Instance UID"),
  ModelPackage: own("model-package", "SHA-256 of the model package"),
  Configuration: own("configuration", "Names of variables"),
  AuditEvent: own("audit-event", "Identifier of this event, the same whenever it is sent"),
} as const satisfies Record<string, Code>;
