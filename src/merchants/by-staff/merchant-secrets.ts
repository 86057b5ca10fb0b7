import type { AuditAct } from '../../operators/audit/acts.ts'
import type { Person } from '../../operators/rights/person.ts'
import type { Merchant } from '../merchant.ts'
import { openSealer } from '../sealer.ts'
import { merchantPlace, type merchantSecrets } from '../secret-places.ts'
import { setDates } from '../set-dates.ts'
import { changeMerchantRow } from './merchant-row.ts'
import type { Parts } from './parts.ts'

type Name = (typeof merchantSecrets)[number]

/** Puts secrets in the place of the merchant's old ones; those that are not given stay. The audit has only the act. */
export async function replaceSecretsFor(
  services: Pick<Parts, 'db' | 'clock' | 'catalog' | 'secrets'>,
  person: Person,
  merchant: Pick<Merchant, 'id' | 'slug'>,
  { given, act }: { given: Partial<Record<Name, string>>; act: AuditAct },
): Promise<void> {
  const names = Object.keys(given) as Name[]
  const sealer = openSealer(services.secrets)
  await changeMerchantRow(services, person, merchant, (row) => {
    const sealed = sealer.columns(names, given, row, (name) => merchantPlace(merchant.slug, name))
    const dates = setDates(row, sealed, services.clock.now())
    const columns = { ...sealed, secrets_set_at: JSON.stringify(dates) } as object
    return { columns, deed: { act } }
  })
}
