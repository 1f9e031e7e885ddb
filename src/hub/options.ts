/** How far a download is. */
export interface SourceProgress {
  /** The Hub id. */
  id: string;
  file: string;
  /** Bytes of all needed files that are here, those of earlier downloads included. */
  bytes: number;
  totalBytes: number;
}

export interface SourceOptions {
  /** Use what the cache holds and no network. @default HF_HUB_OFFLINE */
  offline?: boolean;
  onProgress?: (progress: SourceProgress) => void;
  /** What a person should know: the Hub was not reached and the cache stands in. */
  onNote?: (text: string) => void;
  signal?: AbortSignal;
}
