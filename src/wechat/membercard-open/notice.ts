import { z } from 'zod'
import { maybe, text, time } from '../pay/tolerant.ts'

/** A notice about a card of the older kind (docs/wechat/member-cards.md 4.1); what is sealed in it is not read. */
export const openNoticeSchema = z.object({
  card_id: text,
  openid: text.pipe(z.string().min(1)),
  code: maybe(text),
  event_time: time,
  event_type: maybe(text),
  activate_scene: maybe(text),
  outer_str: maybe(text),
})

export type OpenNotice = z.infer<typeof openNoticeSchema>
