/** Whether a connection failed because a server that speaks http was addressed by https. */
export function isPlainServer(detail: string): boolean {
  return ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'].includes(detail);
}

/** A request that was given up, with what there is to tell. */
export class HttpFailure extends Error {
  readonly request: string;
  readonly reason: 'status' | 'connection' | 'timeout' | 'not_json' | 'too_long' | 'wait';
  /** 0 where there was no answer. */
  readonly status: number;
  /** The server's own words, or the connection's error code. */
  readonly detail: string;
  readonly tries: number;

  constructor(
    failure: Pick<HttpFailure, 'reason' | 'status' | 'detail'>,
    request: string,
    tries: number,
  ) {
    super(`${request}: ${failure.reason} ${failure.status} ${failure.detail}`);
    this.name = 'HttpFailure';
    this.request = request;
    this.reason = failure.reason;
    this.status = failure.status;
    this.detail = failure.detail;
    this.tries = tries;
  }
}
