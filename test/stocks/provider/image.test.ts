import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { marketingImage } from '../../../src/stocks/provider/image.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const by = 'a test'
let round = 0

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  let shop: SandboxShop
  beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })))
  afterEach(() => shop.sandbox.control.clearFaults())
  afterAll(() => shop[Symbol.asyncDispose]())

  const aPicture = () => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(`picture ${(round += 1)}`)])
  const upload = (bytes: Buffer, name = '标志.png') => marketingImage(shop.services, shop.merchant, { name, bytes, by })
  const calls = () => shop.sandbox.control.countCalls('image_upload')

  test('a picture is uploaded once, whatever it is called the second time', async () => {
    const bytes = aPicture()
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const image = await upload(bytes)
    expect(image).toMatchObject({ isNew: true, sha256, mediaUrl: expect.stringContaining(sha256) as string })
    const before = calls()
    expect(await upload(bytes, 'again.PNG')).toEqual({ ...image, isNew: false })
    expect(calls()).toBe(before)
    const acts = await shop.services.db.selectFrom('provider_acts').selectAll().where('subject', '=', sha256).execute()
    expect(acts).toMatchObject([{ act: 'upload_image', outcome: 'done', by }])
  })

  test('a lost answer is asked for again; refusals and silence are told', async () => {
    shop.sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'image_upload', times: 1 })
    expect(await upload(aPicture())).toMatchObject({ isNew: true })
    shop.sandbox.control.setFault({ fault: 'param_error', endpoint: 'image_upload', times: 1 })
    await expect(upload(aPicture())).rejects.toThrow(/does not take this picture/)
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'image_upload' })
    await expect(upload(aPicture())).rejects.toThrow(/not known whether the picture was taken/)
  })

  test.each<[string, Buffer, RegExp]>([
    ['logo.gif', aPicture(), /must end in \.jpg, \.png or \.bmp/],
    ['logo', aPicture(), /must end in/],
    ['logo.jpg', aPicture(), /not what its name says/],
    ['logo.png', Buffer.alloc(0), /not what its name says/],
    [`${'x'.repeat(125)}.png`, aPicture(), /128 characters/],
    ['lo"go.png', aPicture(), /quotation marks/],
    ['🎁.png', aPicture(), /emoji/],
    ['logo.png', Buffer.concat([aPicture(), Buffer.alloc(2 * 1024 * 1024)]), /2 MB/],
  ])('%s is refused before it is sent', async (name, bytes, sentence) => {
    const before = calls()
    await expect(upload(bytes, name)).rejects.toThrow(sentence)
    expect(calls()).toBe(before)
  })
})
