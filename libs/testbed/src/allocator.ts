/**
 * How the services' allocator (glibc) is set, as in the Dockerfile: large blocks are mapped and given back one by one.
 * It would raise the threshold by itself to what was freed last, and then keep what lies between.
 */
export const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" } as const;
