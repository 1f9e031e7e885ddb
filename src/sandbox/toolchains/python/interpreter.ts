/** The interpreter, as all programs of a pool share it. */
export interface Python {
  /** Its full path. */
  path: string;
  version: string;
  flags: readonly string[];
  /** The folder with the compiled driver. */
  driver: string;
  /** Folders with installed packages. */
  packages: string[];
}
