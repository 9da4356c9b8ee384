export { ACKNOWLEDGMENT_CODES, assertAccepted, readAcknowledgement } from "./acknowledgement.ts";
export { type Announcement, announcementOf, MESSAGE_TYPES, type MessageType, type Sender } from "./announcement.ts";
export { controlIdOf } from "./control-id.ts";
export { Hl7Error, type Hl7ErrorCode } from "./hl7-error.ts";
export { MllpClient, type MllpOptions } from "./mllp.ts";
export type { ReportPlace } from "./observations.ts";
export { receiverOf, receiverVariables } from "./variables.ts";
