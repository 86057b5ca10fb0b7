import { settleWarnings } from '../alerts/warnings.ts'
import type { FoundWarning } from '../alerts/warnings.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import type { Services } from '../services.ts'
import { merchantsWith } from './askers.ts'
import { fileName } from './file-words.ts'
import type { WechatFile } from './wechat-file.ts'

const fileWarningKinds = ['file_differs', 'file_refused'] as const

/** One wrong file is a broken line; three in a row are a cause that somebody must look for. */
const differencesToWarn = 3

/** Begins or ends the warnings about a file, at every merchant that it concerns. */
export async function warnOfFile(services: Services, file: WechatFile): Promise<void> {
  const subject = fileName(file)
  const found = warningOf(file, subject)
  for (const { id } of await merchantsWith(services, file.mchid))
    await settleWarnings(services, { merchantId: id, kinds: fileWarningKinds, subject }, found ? [found] : [])
}

function warningOf(file: WechatFile, subject: string): FoundWarning | undefined {
  const facts = { day: shownDay(file.day), reason: file.reason ?? '' }
  if (file.state === 'refused') return { kind: 'file_refused', subject, facts }
  if (file.hash_differences < differencesToWarn) return undefined
  return { kind: 'file_differs', subject, facts: { ...facts, times: file.hash_differences } }
}
