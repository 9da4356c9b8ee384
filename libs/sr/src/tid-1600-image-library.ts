// TID 1600 Image Library, with TID 1601 Image Library Entry (PS3.16)
import { Code } from "./codes.ts";
import { type Child, containerItem, type InstanceReference, imageItem, relate } from "./content-item.ts";

/** The images that the report is about, in one group; the library is empty where there is none. */
export function imageLibrary(images: readonly InstanceReference[]): Child[] {
  const entries = images.flatMap((image) => relate("CONTAINS", imageItem(image)));
  const groups = entries.length === 0 ? [] : relate("CONTAINS", containerItem(Code.ImageLibraryGroup, entries));
  return relate("CONTAINS", containerItem(Code.ImageLibrary, groups));
}
