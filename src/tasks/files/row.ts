/** A row of a file, and where it stands; `reason` where it is none. */
export type FileRow =
  { place: string; value: Record<string, unknown> } | { place: string; reason: string };
