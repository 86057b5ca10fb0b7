import { createHash } from 'node:crypto'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import type { Services } from '../../services.ts'
import { uploadImage } from '../../wechat/pay/upload-image.ts'
import { noteAct } from './acts.ts'
import { askUntilKnown, type Known } from './ask-until-known.ts'
import { creatorAccount, creatorClient } from './creator.ts'
import { refusalSentence, unknownSentence } from './refusals.ts'

/** A picture at WeChat; its address is valid for ever. `isNew`: it was uploaded now. */
export type Image = { mediaUrl: string; sha256: string; creatorMchid: string; isNew: boolean }

/** WeChat's limits (docs/wechat/pay-v3.md 2.15). */
const bytesAtMost = 2 * 1024 * 1024
const nameAtMost = 128

/** How a file of each ending begins, in hex. */
const beginnings: Record<string, string> = { jpg: 'ffd8ff', png: '89504e47', bmp: '424d' }

/**
 * The address of a picture for stocks of a creator; uploads it only once. Throws `Unusable` when the file is no picture
 * that WeChat takes, or when WeChat refuses it.
 */
export async function marketingImage(
  services: Services,
  merchant: Merchant,
  file: { name: string; bytes: Buffer; creatorMchid?: string | undefined; by: string },
): Promise<Image> {
  const { name, bytes } = file
  const faults = imageFaults(name, bytes)
  if (faults.length > 0) throw new Unusable(faults.map((fault) => `${name}: ${fault}`))
  const account = creatorAccount(merchant, file.creatorMchid)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const creatorMchid = account.mchid
  const known = await knownImage(services.db, creatorMchid, sha256)
  if (known) return { mediaUrl: known, sha256, creatorMchid, isNew: false }

  const client = creatorClient(services, account)
  const image = { name, sha256, bytes }
  const answer = await askUntilKnown(services, (limits) => uploadImage(client, { image, ...limits }))
  const act = { merchantId: merchant.id, creatorMchid, act: 'upload_image', subject: sha256, by: file.by } as const
  await noteAct(services, act, answer)
  const mediaUrl = addressOf(answer)
  await keepImage(services, { creatorMchid, sha256, mediaUrl })
  return { mediaUrl, sha256, creatorMchid, isNew: true }
}

function imageFaults(name: string, bytes: Buffer): string[] {
  const beginning = beginnings[/\.(jpg|png|bmp)$/i.exec(name)?.[1]?.toLowerCase() ?? '']
  if (beginning === undefined) return ['its name must end in .jpg, .png or .bmp']
  return [
    ...(name.length > nameAtMost ? [`its name must be at most ${nameAtMost} characters long`] : []),
    ...(/["\\\ud800-\udfff]/.test(name) || /\p{Cc}/u.test(name)
      ? ['its name must have no quotation marks, backslashes or emoji']
      : []),
    ...(bytes.toString('hex', 0, 4).startsWith(beginning) ? [] : ['its content is not what its name says']),
    ...(bytes.length > bytesAtMost ? ['it must be 2 MB or less'] : []),
  ]
}

async function knownImage(db: Db, creatorMchid: string, sha256: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('marketing_images')
    .select('media_url')
    .where('creator_mchid', '=', creatorMchid)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return row?.media_url
}

async function keepImage(
  { db, clock }: Services,
  { creatorMchid, sha256, mediaUrl }: { creatorMchid: string; sha256: string; mediaUrl: string },
): Promise<void> {
  await db
    .insertInto('marketing_images')
    .values({ creator_mchid: creatorMchid, sha256, media_url: mediaUrl, at: clock.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function addressOf(answer: Known<{ media_url: string }>): string {
  if (answer.kind === 'ok') return answer.body.media_url
  if (answer.kind === 'refused') throw new Unusable([refusalSentence('upload_image', answer.reply)])
  throw new Unusable([unknownSentence('the picture was taken', answer)])
}
