// TID 1001 Observation Context, with TID 1002 Observer Context and TID 1004 Device Observer Identifying Attributes
import { Code } from "./codes.ts";
import { type Child, codeValueItem, relate, textItem, uidRefItem } from "./content-item.ts";

/** The device that observed. */
export interface DeviceObserver {
  readonly uid: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly modelName: string;
  readonly serialNumber: string;
}

/** Says that a device made the observations, and which. The patient and the study are those of the document. */
export function deviceObserverContext(device: DeviceObserver): Child[] {
  return relate(
    "HAS OBS CONTEXT",
    codeValueItem(Code.ObserverType, Code.Device),
    uidRefItem(Code.DeviceObserverUID, device.uid),
    textItem(Code.DeviceObserverName, device.name),
    textItem(Code.DeviceObserverManufacturer, device.manufacturer),
    textItem(Code.DeviceObserverModelName, device.modelName),
    textItem(Code.DeviceObserverSerialNumber, device.serialNumber),
  );
}
