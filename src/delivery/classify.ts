import type { SentCoupon } from '../wechat/pay/favor.ts'
import type { PayReply, RefusalReply } from '../wechat/pay/types.ts'
import { isMembersOwn, type OutcomeRow } from '../ledger/outcomes/outcome.ts'
import { outcomeNamed, outcomes } from '../ledger/outcomes/outcomes.ts'

/** One answer of the send call, classified. */
export type Outcome = {
  row: OutcomeRow
  /** Set when the row is `sent`. */
  couponId?: string
  /** False only for a refusal without WeChat's signature. */
  proven: boolean
  /** The coupon may exist at WeChat although this answer does not say so (docs/wechat/pay-v3.md 3.5). */
  doubtful: boolean
  evidence: Evidence
}

/** What WeChat answered, for the ledger, the operator and WeChat's support. */
export type Evidence = { status?: number; code?: string; message?: string; requestId?: string }

/** Classifies an answer by the outcome table; see `rowOfRefusal` for the order. It never assumes success. */
export function classify(reply: PayReply<SentCoupon>): Outcome {
  const { status, requestId } = reply
  if (reply.kind === 'ok') {
    const evidence = evidenceOf({ status, requestId })
    return { row: outcomeNamed('sent'), couponId: reply.body.coupon_id, proven: true, doubtful: false, evidence }
  }
  if (reply.kind === 'unknown') {
    const evidence = evidenceOf({ status, message: reply.detail, requestId })
    const doubtful = reply.word !== 'unreachable' || reply.mayHaveArrived === true
    const row = outcomeNamed(reply.heldBack ? 'held_back' : reply.word)
    return { row, proven: true, doubtful, evidence }
  }
  const { code, message, proven } = reply
  const evidence = evidenceOf({ status, code, message, requestId })
  // 4xx: nothing was created (docs/wechat/pay-v3.md 3.2). 5xx, and answers that are not the interface's: unknown.
  const doubtful = !isClientError(reply.status) || reply.mayHaveArrived === true
  return { row: rowOfRefusal(reply), proven, doubtful, evidence }
}

/**
 * Matches in the order of docs/wechat/pay-v3.md 3.3: status 429 (its code has four spellings), a known phrase in the
 * message (one code is used for many situations), the field that `detail` names, the Request-ID's sub-code, the code.
 * If none matches, a person must look (4xx), or the request is sent again (5xx). A 5xx never refuses, since its result
 * is unknown whatever its text says.
 */
function rowOfRefusal(reply: RefusalReply): OutcomeRow {
  const { status } = reply
  if (status === 429) return outcomeNamed('rate_limited')
  const rows = status >= 500 ? outcomes.filter((row) => !isMembersOwn(row)) : outcomes
  return (
    byPhrase(rows, reply.message) ??
    byField(rows, reply) ??
    bySubCode(rows, reply) ??
    byCode(rows, reply) ??
    outcomeNamed(fallbackFor(status))
  )
}

function byPhrase(rows: readonly OutcomeRow[], message: string): OutcomeRow | undefined {
  const said = bare(message)
  return rows.find(({ match }) => match.phrases?.some((phrase) => said.includes(bare(phrase))))
}

/** `detail` names the field that WeChat does not accept. Its spelling varies; its last part is the field's name. */
function byField(rows: readonly OutcomeRow[], { code, detail }: RefusalReply): OutcomeRow | undefined {
  const { field } = (detail ?? {}) as { field?: unknown }
  if (typeof field !== 'string') return undefined
  const name = field.split(/[/.]/).at(-1)?.toLowerCase()
  return rows.find(({ match }) => match.field !== undefined && match.field === name && match.codes?.includes(code))
}

/** A sub-code is only a hint, and what it means is unconfirmed: for a final refusal the code must agree too. */
function bySubCode(rows: readonly OutcomeRow[], { subCode, code }: RefusalReply): OutcomeRow | undefined {
  if (subCode === undefined) return undefined
  return rows.find(
    (row) =>
      row.verdict !== 'sent' &&
      row.match.subCodes?.includes(subCode) &&
      (!isMembersOwn(row) || row.match.codes?.includes(code)),
  )
}

function byCode(rows: readonly OutcomeRow[], { status, code }: RefusalReply): OutcomeRow | undefined {
  // Every 401 means that WeChat does not accept who is calling.
  if (status === 401) return outcomeNamed('unauthorised')
  const agrees = (row: OutcomeRow) => row.match.codeSuffices === true && row.match.codes?.includes(code) === true
  // Only under a 4xx may a code refuse or halt; "later" is right under any status.
  return rows.find((row) => agrees(row) && (row.verdict === 'later' || isClientError(status)))
}

function fallbackFor(status: number): string {
  if (isClientError(status)) return 'needs_operator'
  return status >= 500 ? 'server_error' : 'strange_answer'
}

function isClientError(status: number): boolean {
  return status >= 400 && status < 500
}

/** Keeps only letters and digits, in lower case: WeChat's pages differ in punctuation and spaces. */
function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/**
 * Any server in between may have written these texts, so they are cut to a length, and zero bytes, which PostgreSQL
 * refuses, are removed.
 */
function evidenceOf({ status, code, message, requestId }: Evidence): Evidence {
  return { status, code: bounded(code, 64), message: bounded(message, 500), requestId: bounded(requestId, 128) }
}

function bounded(text: string | undefined, length: number): string | undefined {
  return text?.replaceAll('\0', '').slice(0, length)
}
