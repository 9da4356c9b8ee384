import type { ContentItem, ValueType } from "./content-item.ts";
import { REPORT_CLASSES, type ReportClass } from "./report-class.ts";
import { SrError } from "./sr-error.ts";

/** Throws INVALID_RELATIONSHIP where an item of the tree stands in a relationship that the class's IOD does not allow. */
export function checkRelationships(parent: ContentItem, reportClass: ReportClass): void {
  const { name, section, relationships } = REPORT_CLASSES[reportClass];
  for (const { relationship, item } of parent.children) {
    const { from, to }: { from: readonly ValueType[]; to: readonly ValueType[] } = relationships[relationship];
    if (!from.includes(parent.valueType) || !to.includes(item.valueType)) {
      throw new SrError(
        "INVALID_RELATIONSHIP",
        `${parent.valueType} ${relationship} ${item.valueType} is not allowed in ${name} (PS3.3 ${section})`,
      );
    }
    checkRelationships(item, reportClass);
  }
}
