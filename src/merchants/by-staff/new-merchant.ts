import { Declined } from '../../operators/rights/declined.ts'
import { writeAudit } from '../../operators/audit/write.ts'
import { requireFreshCode, requireMay } from '../../operators/rights/guard.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { everywhere, ofMerchant } from '../../operators/rights/scope.ts'
import { newMemberKey } from '../member-keys.ts'
import { openSealer } from '../sealer.ts'
import { merchantPlace } from '../secret-places.ts'
import { setDates } from '../set-dates.ts'
import { addNumber } from './add-number.ts'
import { wrongField } from './field-words.ts'
import type { Parts } from './parts.ts'
import { refuseIfWrong } from './wrong-fields.ts'

/** What a new merchant is made of; `provider` is a number, or empty where the merchant makes its stocks itself. */
export type NewMerchant = { name: string; slug: string; appid: string; app_secret: string; provider: string }

/**
 * Makes a merchant that has no keys yet and so sends nothing. The AppSecret is not tested, since WeChat may not know this
 * machine's address before. Throws `WrongFields`, and `Declined` (slug_taken).
 */
export async function createMerchantFor(
  services: Pick<Parts, 'db' | 'clock' | 'secrets' | 'catalog'>,
  person: Person,
  given: NewMerchant,
): Promise<void> {
  requireMay(person, 'add_merchants', everywhere)
  requireFreshCode(person, services.clock)
  const { name, slug, appid, app_secret, provider } = given
  refuseIfWrong([
    ...(['name', 'slug', 'appid', 'app_secret'] as const).flatMap((field) => wrongField(field, given[field])),
    ...(provider === '' ? [] : wrongField('mchid', provider, 'provider')),
  ])
  const { db, clock, secrets, catalog } = services
  const now = clock.now()
  const sealed = openSealer(secrets).columns(['app_secret'], { app_secret }, undefined, (one) =>
    merchantPlace(slug, one),
  )
  await db.transaction().execute(async (trx) => {
    const row = { slug, name, appid, app_secret_sealed: sealed.app_secret_sealed!, updated_at: now }
    const made = await trx
      .insertInto('merchants')
      .values({
        ...row,
        member_key_sealed: newMemberKey(secrets, slug),
        domain_verification: '{}',
        secrets_set_at: JSON.stringify(setDates(undefined, sealed, now)),
      })
      .onConflict((conflict) => conflict.column('slug').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!made) throw new Declined('slug_taken')
    if (provider !== '') await addNumber(trx, made.id, { mchid: provider, role: 'provider' }, now)
    const deed = { at: now, by: doerOf(person), act: 'merchant_created', subject: slug } as const
    await writeAudit(trx, { ...deed, scope: ofMerchant(made.id), after: { name, slug, appid, provider } })
  })
  catalog.forget()
}
