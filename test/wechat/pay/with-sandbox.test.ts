import { pino } from 'pino'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/plumbing/clock.ts'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { createWorld, type KeyMode } from '../../../sandbox/world.ts'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { openPayClient } from '../../../src/wechat/pay/client.ts'
import { readStock, readUserCoupon, sendCoupon } from '../../../src/wechat/pay/favor.ts'
import { aWall } from '../../support/walls.ts'

test.each<KeyMode>(['certificate', 'public_key', 'both'])(
  'a merchant number in %s mode reads a stock, sends a coupon twice as one, and reads it back',
  async (keyMode) => {
    const world = createWorld({ keyMode })
    const sandbox = await startSandbox({ port: 0, world })
    const wall = aWall()
    const account = world.accounts.find(({ role }) => role === 'sender')!
    const client = openPayClient(
      {
        mchid: account.mchid,
        serialNo: account.certificates[0]!.serialNo,
        privateKey: new Secret(account.certificates[0]!.privateKey),
        apiV3Key: new Secret(account.apiV3Key),
        publicKeyId: keyMode === 'certificate' ? undefined : world.platform.publicKeyId,
        publicKey: keyMode === 'certificate' ? undefined : world.platform.publicKey,
      },
      {
        mainUrl: sandbox.url,
        backupUrl: sandbox.backupUrl,
        wall,
        clock: systemClock,
        log: pino({ level: 'silent' }),
        certificates: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
      },
    )
    const stock = world.stocks.find(({ status, senders }) => status === 'running' && senders?.includes(account.mchid))!
    const { appid } = world.merchants[0]!.officialAccount
    const openid = world.members[0]!.openid

    const of = { stockId: stock.stock_id, creatorMchid: stock.stock_creator_mchid }
    expect(await readStock(client, of)).toMatchObject({
      kind: 'ok',
      body: { stock_id: stock.stock_id, status: 'running' },
    })

    const body = JSON.stringify({
      stock_id: stock.stock_id,
      out_request_no: `${account.mchid}-20261123-01`,
      appid,
      stock_creator_mchid: stock.stock_creator_mchid,
    })
    const sent = await sendCoupon(client, { openid, body })
    expect(sent).toMatchObject({ kind: 'ok', requestId: expect.stringMatching(/-0$/) })
    const again = await sendCoupon(client, { openid, body, backup: true })
    expect(again).toMatchObject({ body: (sent as { body: unknown }).body })

    const couponId = (sent as { body: { coupon_id: string } }).body.coupon_id
    expect(await readUserCoupon(client, { openid, couponId, appid })).toMatchObject({
      kind: 'ok',
      body: { status: 'SENDED' },
    })

    const refused = await readStock(client, { ...of, stockId: '1' })
    expect(refused).toMatchObject({ kind: 'refusal', status: 404, code: 'RESOURCE_NOT_EXISTS' })
    await wall.destroy()
    await sandbox.close()
  },
)
