import { type DataSet, dataSetOf } from "@redspot/dicom";
import { codeItem } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import { dateTimeAt, isUtcOffset } from "./date-time.ts";

/** The equipment that made an object, as General and Contributing Equipment name it (PS3.3 C.7.5, C.12.1). */
export interface Device {
  readonly manufacturer: string;
  readonly modelName: string;
  readonly softwareVersions: readonly string[];
  readonly serialNumber: string;
  /** Changes whenever the weights or the calibration do. */
  readonly uid: string;
}

/** The attributes by which the General Equipment Module and each item of Contributing Equipment name a device. */
export function equipmentAttributes(device: Device): DataSet {
  return dataSetOf({
    Manufacturer: device.manufacturer,
    ManufacturerModelName: device.modelName,
    DeviceSerialNumber: device.serialNumber,
    SoftwareVersions: [...device.softwareVersions],
    DeviceUID: device.uid,
  });
}

/** When an object was made: its dates and times, at the offset that the source declares or else at the one given. */
export interface Moment {
  readonly date: string;
  readonly time: string;
  readonly dateTime: string;
  /** The offset that the source declares, which then is the object's too. */
  readonly declaredOffset: string | undefined;
}

/** All dates and times of a data set share one offset (PS3.3 C.12.1.1.8), and the study's own are copied as they stand. */
export function momentOf(createdAt: Date, declared: string | undefined, utcOffset: string): Moment {
  const declaredOffset = declared !== undefined && isUtcOffset(declared) ? declared : undefined;
  return { ...dateTimeAt(createdAt, declaredOffset ?? utcOffset), declaredOffset };
}

/** SOP Common (PS3.3 C.12.1) of what Redspot writes: text in UTF-8, and the algorithm as contributing equipment. */
export function sopCommon(
  { sopClassUID, sopInstanceUID }: { sopClassUID: string; sopInstanceUID: string },
  { date, time, dateTime, declaredOffset }: Moment,
  device: Device,
): DataSet {
  return dataSetOf({
    SOPClassUID: sopClassUID,
    SOPInstanceUID: sopInstanceUID,
    SpecificCharacterSet: "ISO_IR 192",
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    TimezoneOffsetFromUTC: declaredOffset,
    ContributingEquipmentSequence: [
      {
        ...dataSetOf({ PurposeOfReferenceCodeSequence: [codeItem(Code.ProcessingEquipment)] }),
        ...equipmentAttributes(device),
        ...dataSetOf({
          ContributionDateTime: dateTime,
          ContributionDescription: "Triage of lateral wrist radiographs for fracture",
        }),
      },
    ],
  });
}
