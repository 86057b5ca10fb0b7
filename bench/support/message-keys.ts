import { randomBytes } from 'node:crypto'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { accountPlace, merchantPlace } from '../../src/merchants/secret-places.ts'
import type { Services } from '../../src/services.ts'
import { senderOf } from '../../test/support/builders.ts'

/** Keys for v2 notifications and for pushes: without them a message is refused before it is read. */
export async function giveMessageKeys({ db, secrets, catalog }: Services, merchant: Merchant): Promise<void> {
  const { slug } = merchant
  const seal = (name: Parameters<typeof merchantPlace>[1], text: string) =>
    secrets.seal(text, merchantPlace(slug, name))
  await db
    .updateTable('merchants')
    .set({
      message_token_sealed: seal('message_token', randomBytes(12).toString('hex')),
      encoding_aes_key_sealed: seal('encoding_aes_key', randomBytes(32).toString('base64').slice(0, 43)),
      updated_at: new Date(),
    })
    .where('slug', '=', slug)
    .execute()
  const { mchid } = senderOf(merchant)
  const sealed = secrets.seal(randomBytes(16).toString('hex'), accountPlace(slug, mchid, 'api_v2_key'))
  await db.updateTable('accounts').set({ api_v2_key_sealed: sealed }).where('mchid', '=', mchid).execute()
  catalog.forget()
}
