/** The result of an Official Account call, never an exception. WeChat's support asks for `rid`. */
export type OfficialReply<T> =
  | { kind: 'ok'; body: T }
  /** WeChat refuses this request; asking again changes nothing. */
  | { kind: 'refusal'; errcode: number; rid: string | undefined }
  /** No trustworthy answer, or WeChat is busy: ask again later. `word` gives the cause, for the log. */
  | { kind: 'later'; word: string }
  /** Wrong secret, missing permission, address not on the allow list: an operator has to act. */
  | { kind: 'misconfigured'; errcode: number; rid: string | undefined }
