import { Declined } from '../../operators/rights/declined.ts'
import { writeAudit } from '../../operators/audit/write.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { Merchant } from '../merchant.ts'
import { addNumber } from './add-number.ts'
import { wrongField } from './field-words.ts'
import { type Parts, requireMayManage } from './parts.ts'
import { refuseIfWrong } from './wrong-fields.ts'
import { changeMerchantRow } from './merchant-row.ts'

type Taken = Pick<Parts, 'db' | 'clock' | 'catalog'>

/** Gives the merchant another name. Throws `WrongFields` and `Declined`. */
export async function renameMerchantFor(
  services: Taken,
  person: Person,
  merchant: Merchant,
  name: string,
): Promise<void> {
  requireMayManage(services, person, merchant)
  refuseIfWrong(wrongField('name', name))
  await changeMerchantRow(services, person, merchant, (row) => ({
    columns: { name },
    deed: { act: 'merchant_changed', before: { name: row.name }, after: { name } },
  }))
}

/** Adds the number of a provider of the merchant, without keys. Throws `WrongFields` and `Declined` (number_there). */
export async function addProviderFor(
  services: Taken,
  person: Person,
  merchant: Merchant,
  mchid: string,
): Promise<void> {
  requireMayManage(services, person, merchant)
  refuseIfWrong(wrongField('mchid', mchid, 'provider'))
  const { db, clock, catalog } = services
  const now = clock.now()
  await db.transaction().execute(async (trx) => {
    if (!(await addNumber(trx, merchant.id, { mchid, role: 'provider' }, now))) throw new Declined('number_there')
    const deed = { at: now, by: doerOf(person), act: 'number_added', subject: mchid } as const
    await writeAudit(trx, { ...deed, scope: ofMerchant(merchant.id), after: { mchid, role: 'provider' } })
  })
  catalog.forget()
}
