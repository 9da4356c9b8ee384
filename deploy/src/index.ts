export { type AuditOutcome, auditPackages } from "./audit.ts";
export {
  ALLOWED_LICENCES,
  type Bom,
  billOfMaterials,
  IMAGES,
  type ImageName,
  unlicensed,
} from "./bill-of-materials.ts";
export { type ImageReference, imagesIn, withDigest } from "./image-reference.ts";
export { pinnedValues, pinText } from "./pin-images.ts";
export { digestOf, RegistryError } from "./registry.ts";
