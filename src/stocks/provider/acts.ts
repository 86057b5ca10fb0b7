import type { ProviderAct } from '../../plumbing/storage/schema/provider.ts'
import type { Services } from '../../services.ts'
import type { Known } from './ask-until-known.ts'

/** An act with a creator's keys, for the record. */
export type Act = { merchantId: number; creatorMchid: string; act: ProviderAct; subject: string; by: string }

const outcomes = { ok: 'done', refused: 'refused', unknown: 'unknown' } as const

/** Any server in between may have written these texts. */
const messageAtMost = 500

/** Writes down what was asked of WeChat and what came of it; `found`: what reading afterwards showed. */
export async function noteAct({ db, clock }: Services, act: Act, known: Known<unknown>, found?: 'done'): Promise<void> {
  await db
    .insertInto('provider_acts')
    .values({
      merchant_id: act.merchantId,
      creator_mchid: act.creatorMchid,
      act: act.act,
      subject: act.subject.slice(0, messageAtMost),
      outcome: found ?? outcomeOf(known),
      ...saidBy(known),
      by: act.by,
      at: clock.now(),
    })
    .execute()
}

/** A no after a try without an answer leaves open what became of that try. */
export function outcomeOf(known: Known<unknown>): 'done' | 'refused' | 'unknown' {
  return known.kind === 'refused' && known.mayHaveArrived ? 'unknown' : outcomes[known.kind]
}

/** What WeChat said, in the columns of a record. */
export function saidBy(known: Known<unknown>): {
  code: string | null
  message: string | null
  request_id: string | null
} {
  const said: Words = known.kind === 'ok' ? { requestId: known.requestId } : wordsOf(known.reply)
  return {
    code: bounded(said.code, 64),
    message: bounded(said.message, messageAtMost),
    request_id: bounded(said.requestId, 128),
  }
}

type Words = { code?: string; message?: string; requestId?: string | undefined }

function wordsOf(reply: Exclude<Known<unknown>, { kind: 'ok' }>['reply']): Words {
  return reply.kind === 'refusal' ? reply : { code: reply.word, message: reply.detail, requestId: reply.requestId }
}

function bounded(text: string | undefined, length: number): string | null {
  return text?.replaceAll('\0', '').slice(0, length) || null
}
