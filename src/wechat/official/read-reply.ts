import type { JsonAnswer } from './ask-json.ts'
import { errcodeOf, meaningOf, ridOf } from './errcodes.ts'
import type { OfficialReply } from './reply.ts'

/** Classifies an answer of the Official Account API by its errcode; only the number decides, its text is for people. */
export function readReply({ body, word }: JsonAnswer): OfficialReply<Record<string, unknown>> {
  if (!body) return { kind: 'later', word }
  const errcode = errcodeOf(body)
  if (errcode === 0) return { kind: 'ok', body }
  const rid = ridOf(body)
  const meaning = meaningOf(errcode)
  if (meaning === 'later') return { kind: 'later', word: `errcode_${errcode}` }
  if (meaning === 'misconfigured' || meaning === 'token_stale') return { kind: 'misconfigured', errcode, rid }
  return { kind: 'refusal', errcode, rid }
}
