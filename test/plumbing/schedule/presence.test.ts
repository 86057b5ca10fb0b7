import { expect, test, vi } from 'vitest'
import { release } from '../../../src/plumbing/release.ts'
import { openPresence } from '../../../src/plumbing/schedule/presence.ts'
import { openTestServices } from '../../support/services.ts'

test('a process is in the table while it runs, with its release, and one that died yesterday no longer', async () => {
  await using services = await openTestServices({ redis: false, processName: 'web-1' })
  const { db } = services
  const dead = { name: 'web-0', role: 'web' as const, release: '0.0.9', started_at: new Date(0), seen_at: new Date(0) }
  await db.insertInto('processes').values(dead).execute()
  const processes = () => db.selectFrom('processes').selectAll().execute()

  const presence = openPresence(services, 'web', 5)
  presence.start()
  await vi.waitFor(async () => expect(await processes()).toMatchObject([{ name: 'web-1', role: 'web', release }]))
  const [first] = await processes()
  await vi.waitFor(async () =>
    expect((await processes())[0]!.seen_at.getTime()).toBeGreaterThan(first!.seen_at.getTime()),
  )
  expect((await processes())[0]!.started_at).toEqual(first!.started_at)
  await presence.stop()
  expect(await processes()).toEqual([])
})
