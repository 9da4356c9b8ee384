// TID 1600 Image Library, with TID 1601 Image Library Entry (PS3.16)
import { Code } from "./codes.ts";
import { type Child, containerItem, type InstanceReference, imageItem, relate } from "./content-item.ts";

/** The images that the report is about, in one group; nothing where there is none, since a group needs an entry. */
export function imageLibrary(images: readonly InstanceReference[]): Child[] {
  if (images.length === 0) return [];
  const entries = images.flatMap((image) => relate("CONTAINS", imageItem(image)));
  const group = containerItem(Code.ImageLibraryGroup, entries);
  return relate("CONTAINS", containerItem(Code.ImageLibrary, relate("CONTAINS", group)));
}
