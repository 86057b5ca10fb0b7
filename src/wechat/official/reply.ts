/** An Official Account call's end, never an exception. `rid` is what WeChat's support asks for. */
export type OfficialReply<T> =
  | { kind: 'ok'; body: T }
  /** WeChat says no to this request; asking again changes nothing. */
  | { kind: 'refusal'; errcode: number; rid: string | undefined }
  /** No believable answer, or busy: ask again later. `word` says why, for the log. */
  | { kind: 'later'; word: string }
  /** Wrong secret, missing permission, address not on the allow list: an operator has to act. */
  | { kind: 'misconfigured'; errcode: number; rid: string | undefined }
