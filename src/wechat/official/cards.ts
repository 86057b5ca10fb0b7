import type { OfficialReply } from './reply.ts'

/** A member card from `card/membercard/userinfo/get`, in WeChat's spelling (docs/wechat/official-account.md 5.3). */
export type MemberCard = {
  openid: string
  /** NORMAL, EXPIRE, GIFTING, GIFT_SUCC, GIFT_TIMEOUT, DELETE or UNAVAILABLE */
  user_card_status: string
  /** undefined when WeChat left it out. */
  has_active: boolean | undefined
  /** Empty until the card is active; undefined when WeChat left it out. */
  membership_number: string | undefined
}

/** The form fields that the member filled in, by name; several choices are joined with commas. */
export type Activation = { fields: Record<string, string> }

type Body = Record<string, unknown>

/**
 * The code of `card/code/decrypt`. If an encrypt_code was sent still percent-encoded, WeChat answers errcode 0 and a
 * code full of unprintable bytes (docs/wechat/official-account.md 5.2): that is refused as WeChat refuses a wrong code.
 */
export function readCode({ code }: Body): OfficialReply<{ code: string }> {
  if (typeof code === 'string' && codeShape.test(code)) return { kind: 'ok', body: { code } }
  return { kind: 'refusal', errcode: invalidCode, rid: undefined }
}

const codeShape = /^[0-9A-Za-z_-]{1,64}$/
const invalidCode = 40056

export function readMemberCard({
  openid,
  user_card_status,
  has_active,
  membership_number,
}: Body): OfficialReply<MemberCard> {
  if (typeof openid !== 'string' || openid === '') return { kind: 'later', word: 'unreadable_answer' }
  const status = typeof user_card_status === 'string' ? user_card_status : ''
  const number = typeof membership_number === 'string' ? membership_number : undefined
  const card = { openid, user_card_status: status, has_active: readFlag(has_active), membership_number: number }
  return { kind: 'ok', body: card }
}

/** Over the years WeChat has sent true and false as booleans, numbers and texts. */
function readFlag(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined
  return value === true || value === 1 || value === '1' || value === 'true'
}

export function readActivation({ info }: Body): OfficialReply<Activation> {
  const lists = (info ?? {}) as { common_field_list?: unknown; custom_field_list?: unknown }
  const entries = [lists.common_field_list, lists.custom_field_list].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
  return { kind: 'ok', body: { fields: Object.fromEntries(entries.flatMap(readField)) } }
}

function readField(field: { name?: unknown; value?: unknown; value_list?: unknown } | null): [string, string][] {
  if (typeof field?.name !== 'string') return []
  if (typeof field.value === 'string' && field.value !== '') return [[field.name, field.value]]
  return [[field.name, Array.isArray(field.value_list) ? field.value_list.join(',') : '']]
}
