import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { createWorld, type KeyMode } from '../../../sandbox/world.ts'
import { systemClock } from '../../../src/plumbing/clock.ts'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { readCallback, setCallback } from '../../../src/wechat/pay/callbacks.ts'
import { changeStock } from '../../../src/wechat/pay/change-stock.ts'
import { openPayClient } from '../../../src/wechat/pay/client.ts'
import { createStock } from '../../../src/wechat/pay/create-stock.ts'
import { uploadImage } from '../../../src/wechat/pay/upload-image.ts'
import { aStockFile } from '../../sandbox/stock-file.ts'
import { openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { signed, signatureHolds } from '../../support/pay-answers.ts'
import { openScriptedHost } from '../../support/scripted-host.ts'
import { aWall } from '../../support/walls.ts'

test.each<KeyMode>(['certificate', 'public_key'])(
  'a creator in %s mode makes a stock, starts, pauses and restarts it, sets its address and uploads a picture',
  async (keyMode) => {
    const world = createWorld({ keyMode })
    const sandbox = await startSandbox({ port: 0, world })
    const wall = aWall()
    const account = world.accounts.find(({ role }) => role === 'provider')!
    const { serialNo, privateKey } = account.certificates[0]!
    const keys = {
      mchid: account.mchid,
      serialNo,
      privateKey: new Secret(privateKey),
      apiV3Key: new Secret(account.apiV3Key),
      publicKeyId: keyMode === 'certificate' ? undefined : world.platform.publicKeyId,
      publicKey: keyMode === 'certificate' ? undefined : world.platform.publicKey,
    }
    const client = openPayClient(keys, {
      mainUrl: sandbox.url,
      backupUrl: sandbox.backupUrl,
      wall,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      certificates: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
    })

    const body = JSON.stringify(aStockFile({ out_request_no: 'one' }))
    const made = await createStock(client, { body })
    expect(await createStock(client, { body, backup: true })).toMatchObject({ body: (made as { body: object }).body })
    const { stock_id: stockId } = (made as { body: { stock_id: string } }).body
    for (const [change, status] of [
      ['start', 'running'],
      ['pause', 'paused'],
      ['restart', 'running'],
    ] as const) {
      expect(await changeStock(client, { change, stockId })).toMatchObject({ kind: 'ok', body: { stock_id: stockId } })
      expect(sandbox.control.stock(stockId).status).toBe(status)
    }

    expect(await readCallback(client)).toMatchObject({ kind: 'refusal', status: 404 })
    await setCallback(client, { notifyUrl: 'https://pay.example/notify' })
    expect(await readCallback(client)).toMatchObject({ body: { notify_url: 'https://pay.example/notify' } })

    const bytes = Buffer.from('89504e470d0a1a0a00ff', 'hex')
    const image = { name: '标志.png', sha256: createHash('sha256').update(bytes).digest('hex'), bytes }
    expect(await uploadImage(client, { image })).toMatchObject({
      kind: 'ok',
      body: { media_url: expect.stringContaining(image.sha256) as string },
    })
    await wall.destroy()
    await sandbox.close()
  },
)

test('of a picture only the text of meta is signed, byte for byte as it is sent', async () => {
  const platform = publicKeyPlatform()
  await using server = await openScriptedHost(signed(platform, { media_url: 'https://wx.gtimg.com/mch/a.png' }))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const image = { name: 'a.png', sha256: 'ab'.repeat(32), bytes: Buffer.from('\r\n--picture') }
  expect(await uploadImage(opened.client, { image })).toMatchObject({ kind: 'ok' })
  const call = server.calls[0]!
  const [, boundary] = /^multipart\/form-data; boundary=(\S+)$/.exec(call.headers['content-type']!)!
  const meta = `{"filename":"a.png","sha256":"${image.sha256}"}`
  expect(call.body.split(`--${boundary}`)).toHaveLength(4)
  expect(call.body).toContain(`name="meta"\r\nContent-Type: application/json\r\n\r\n${meta}\r\n`)
  expect(call.body).toContain('name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\r\n--picture\r\n')
  expect(signatureHolds({ ...call, body: meta })).toBe(true)
})

test('a success without the number of the stock, or the address of the picture, leaves the result unknown', async () => {
  const platform = publicKeyPlatform()
  await using server = await openScriptedHost(signed(platform, {}))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const image = { name: 'a.png', sha256: '', bytes: Buffer.alloc(1) }
  for (const reply of [await createStock(opened.client, { body: '{}' }), await uploadImage(opened.client, { image })])
    expect(reply).toMatchObject({ kind: 'unknown', word: 'unreadable_answer' })
})
