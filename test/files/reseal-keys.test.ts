import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { newFileKey, openPieceWriter, readPieces } from '../../src/files/pieces.ts'
import { resealFileKeys } from '../../src/files/reseal-keys.ts'
import { openSecrets } from '../../src/plumbing/secrets/vault.ts'
import { openTestServices } from '../support/services.ts'

test('MASTER_KEY is changed: a bill that was kept under the old key is read with the new one alone', async () => {
  await using services = await openTestServices({ redis: false })
  const { db, clock, config } = services
  const [oldKey] = config.masterKeys
  const old = openSecrets([oldKey!])
  const row = { mchid: '1601400973', kind: 'trade_bill' as const, day: '20261129' }
  const { id } = await db
    .insertInto('wechat_files')
    .values({ ...row, due_at: clock.now() })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { key, sealed } = newFileKey(old, id)
  await db.updateTable('wechat_files').set({ key_sealed: sealed }).where('id', '=', id).execute()
  const writer = openPieceWriter(db, id, key)
  await writer.push(Buffer.from('交易时间,公众账号ID'))
  await writer.end()

  const newKey = randomBytes(32)
  const both = openSecrets([newKey, oldKey!])
  expect([await resealFileKeys(db, both), await resealFileKeys(db, both)]).toEqual([1, 0])
  const { key_sealed } = await db.selectFrom('wechat_files').select('key_sealed').executeTakeFirstOrThrow()
  let text = ''
  for await (const piece of readPieces(db, openSecrets([newKey]), { id, key_sealed })) text += piece.toString()
  expect(text).toBe('交易时间,公众账号ID')
})
