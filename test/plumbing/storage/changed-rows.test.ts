import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { firstOwnerLink } from '../../../src/operators/first-owner.ts'
import { readLink, useLink } from '../../../src/operators/links.ts'
import { openDatabase } from '../../../src/plumbing/storage/database.ts'
import { migrate } from '../../../src/plumbing/storage/migrate.ts'
import { movableClock } from '../../support/clock.ts'

test('the embedded database says how many rows were changed: a link of the console works once there too', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pc-changed-'))
  const db = await openDatabase({ url: undefined, dataDir })
  try {
    await migrate(db)
    const clock = movableClock()
    const token = (await firstOwnerLink({ db, clock }))!
    const link = await readLink(db, token, clock.now())
    await useLink(db, link, clock.now())
    await expect(useLink(db, link, clock.now())).rejects.toThrow('the link was used')
  } finally {
    await db.destroy()
    rmSync(dataDir, { recursive: true })
  }
})
