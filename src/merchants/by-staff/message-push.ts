import type { Person } from '../../operators/rights/person.ts'
import type { Merchant } from '../merchant.ts'
import { openSealer } from '../sealer.ts'
import { merchantPlace } from '../secret-places.ts'
import { setDates } from '../set-dates.ts'
import { wrongField } from './field-words.ts'
import { changeMerchantRow } from './merchant-row.ts'
import { type Parts, requireMayManage } from './parts.ts'
import { refuseIfWrong } from './wrong-fields.ts'

/** As the form has them; empty: it stays as it is. */
export type GivenPush = Record<'original_id' | 'message_token' | 'encoding_aes_key', string>

/**
 * Sets what WeChat's message push needs. Nothing here can be tested by asking WeChat, so the EncodingAESKey before stays
 * valid beside a new one. Throws `WrongFields` and `Declined`.
 */
export async function setMessagePushFor(
  services: Pick<Parts, 'db' | 'clock' | 'catalog' | 'secrets'>,
  person: Person,
  merchant: Merchant,
  given: GivenPush,
): Promise<void> {
  requireMayManage(services, person, merchant)
  const named = (Object.keys(given) as (keyof GivenPush)[]).filter((name) => given[name] !== '')
  refuseIfWrong(named.flatMap((name) => wrongField(name, given[name])))
  const { secrets, clock } = services
  const { original_id, ...texts } = Object.fromEntries(named.map((name) => [name, given[name]])) as Partial<GivenPush>
  await changeMerchantRow(services, person, merchant, (row) => {
    const place = (name: Parameters<typeof merchantPlace>[1]) => merchantPlace(merchant.slug, name)
    const { encoding_aes_key_sealed: old } = row
    const held = old === null ? undefined : secrets.open(old, place('encoding_aes_key')).reveal()
    const isNew = texts.encoding_aes_key !== undefined && held !== undefined && held !== texts.encoding_aes_key
    const all = { ...texts, ...(isNew && { previous_encoding_aes_key: held }) }
    const sealed = openSealer(secrets).columns(Object.keys(all) as (keyof typeof all)[], all, row, place)
    const dates = { secrets_set_at: JSON.stringify(setDates(row, sealed, clock.now())) }
    const columns = { ...sealed, ...dates, ...(original_id !== undefined && { original_id }) } as object
    const shown = { before: { original_id: row.original_id }, after: { original_id: original_id ?? row.original_id } }
    return { columns, deed: { act: 'message_push_set', ...shown } }
  })
}
