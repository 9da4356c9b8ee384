/**
 * What real senders do that the standard does not allow, one by one: taken by default, refused with REDSPOT_STRICT.
 * docs/errors.md is held to this table by a test, and each of its rows is seen to be taken and to be refused by another.
 */
export const LENIENCES = {
  NO_ACCEPT: {
    sender: "sends no `Accept`",
    lenient: "answered as application/dicom+json",
    strict: "406 `NOT_ACCEPTABLE`",
  },
  PLAIN_ACCEPT: {
    sender: "accepts application/json, application/xml or text/xml only",
    lenient: "answered as application/dicom+json or application/dicom+xml",
    strict: "406 `NOT_ACCEPTABLE`",
  },
  NO_TYPE: {
    sender: "leaves `type` out of the request's Content-Type",
    lenient: "taken for application/dicom",
    strict: "415 `UNSUPPORTED_MEDIA_TYPE`",
  },
  UNQUOTED_TYPE: {
    sender: "writes `type=application/dicom` without the quotes that a slash needs",
    lenient: "taken as if quoted",
    strict: "415 `UNSUPPORTED_MEDIA_TYPE`",
  },
  LONG_BOUNDARY: {
    sender: "makes a boundary of more than 70 characters, as Orthanc does",
    lenient: "taken up to 200",
    strict: "400 `BAD_BOUNDARY`",
  },
  LF_LINES: {
    sender: "ends the lines of the multipart body in LF alone, throughout",
    lenient: "taken",
    strict: "400 `BAD_BODY`",
  },
  NO_PART_TYPE: {
    sender: "leaves out a part's Content-Type",
    lenient: "taken for application/dicom",
    strict: "400 `WRONG_PART_TYPE`",
  },
  OCTET_STREAM_PART: {
    sender: "says application/octet-stream of a part that is a DICOM file",
    lenient: "taken for application/dicom",
    strict: "400 `WRONG_PART_TYPE`",
  },
  IMPLICIT_VR: {
    sender: "pushes Implicit VR Little Endian as the modality sent it, as Orthanc does",
    lenient: "taken",
    strict: "409 `TRANSFER_SYNTAX`",
  },
  BIG_ENDIAN: {
    sender: "pushes Explicit VR Big Endian",
    lenient: "taken",
    strict: "409 `TRANSFER_SYNTAX`",
  },
  NO_STORAGE_CLASS: {
    sender: "stores an object of a SOP class that the standard does not mean to be stored",
    lenient: "taken, not analysed",
    strict: "409 `SOP_CLASS`",
  },
} as const satisfies Record<string, { sender: string; lenient: string; strict: string }>;

export type Lenience = keyof typeof LENIENCES;
