export { type AuditOutcome, auditPackages } from "./audit.ts";
export {
  ALLOWED_LICENCES,
  type Bom,
  billOfMaterials,
  IMAGES,
  type ImageName,
  REMOVED_SCOPE,
  unlicensed,
} from "./bill-of-materials.ts";
export { IMAGE_FILES, type ImageReference, imagesIn, referenceOf } from "./image-reference.ts";
export { type ImageState, sayState, stateOf } from "./image-state.ts";
export { pinnedValues, pinText } from "./pin-images.ts";
export { type FoundImage, findImage, RegistryError } from "./registry.ts";
