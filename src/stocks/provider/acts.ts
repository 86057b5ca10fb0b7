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
  const { code, message, requestId } = saidBy(known)
  await db
    .insertInto('provider_acts')
    .values({
      merchant_id: act.merchantId,
      creator_mchid: act.creatorMchid,
      act: act.act,
      subject: act.subject.slice(0, messageAtMost),
      outcome: found ?? outcomeOf(known),
      code: bounded(code, 64),
      message: bounded(message, messageAtMost),
      request_id: bounded(requestId, 128),
      by: act.by,
      at: clock.now(),
    })
    .execute()
}

/** A no after a try without an answer leaves open what became of that try. */
function outcomeOf(known: Known<unknown>): 'done' | 'refused' | 'unknown' {
  return known.kind === 'refused' && known.mayHaveArrived ? 'unknown' : outcomes[known.kind]
}

function saidBy(known: Known<unknown>): { code?: string; message?: string; requestId?: string } {
  if (known.kind === 'ok') return known.requestId === undefined ? {} : { requestId: known.requestId }
  const { reply } = known
  if (reply.kind === 'refusal') return reply
  return { code: reply.word, message: reply.detail, requestId: reply.requestId }
}

function bounded(text: string | undefined, length: number): string | null {
  return text?.replaceAll('\0', '').slice(0, length) || null
}
