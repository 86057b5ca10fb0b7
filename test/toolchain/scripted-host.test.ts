import { expect, test } from 'vitest'
import { openScriptedHost } from '../support/scripted-host.ts'
import { aHold, until } from '../support/waiting.ts'

const status = (response: Response) => response.status

test('a scripted host gives its answers in turn, the last one for good, and keeps the calls', async () => {
  await using host = await openScriptedHost({ status: 500 }, { body: { ok: true } })
  const answers = [await fetch(host.url), await fetch(`${host.url}/a?b=c`), await fetch(host.url)]
  expect(answers.map(status)).toEqual([500, 200, 200])
  expect(await answers[2]!.json()).toEqual({ ok: true })
  expect(host.calls[1]).toMatchObject({ method: 'GET', path: '/a', url: '/a?b=c', body: '' })
})

test('a path with a script of its own leaves the turns of the others alone', async () => {
  await using host = await openScriptedHost({ status: 201 }, { status: 202 })
  host.route('/own', { status: 404 })
  const answers = [await fetch(host.url), await fetch(`${host.url}/own`), await fetch(host.url)]
  expect(answers.map(status)).toEqual([201, 404, 202])
})

test('an answer is held back until it is let go, and a call can be cut off', async () => {
  const hold = aHold()
  await using host = await openScriptedHost({ status: 200, after: hold.over }, 'hang up')
  const held = fetch(host.url)
  await until(() => host.calls.length === 1)
  await expect(fetch(host.url)).rejects.toThrow('fetch failed')
  hold.letGo()
  expect((await held).status).toBe(200)
})
