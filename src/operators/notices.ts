import { parseJson } from '../plumbing/files/parse-json.ts'
import type { GuideHalf } from '../plumbing/storage/schema.ts'
import type { Parts } from './rights/parts.ts'
import type { SessionRow } from './sessions.ts'

/** What a page shows once after a form was sent: recovery codes, or a link. */
export type Notice =
  | { kind: 'recovery_codes'; codes: string[] }
  /** `mailed`: `sent`, or why the letter did not go out. */
  | { kind: 'link'; email: string; token: string; mailed?: string }
  | { kind: 'share'; merchant: string; half: GuideHalf; token: string }
  | { kind: 'events_secret'; merchant: string; secret: string }
  | { kind: 'shares'; shares: { name: string; half: GuideHalf; token: string }[] }
  | { kind: 'openid'; grant: string; openid: string }

/** Leaves a notice for the session's next look; sealed, since it is worth as much as a password. */
export async function leaveNotice({ db, secrets }: Parts, tokenHash: string, notice: Notice): Promise<void> {
  await db
    .updateTable('operator_sessions')
    .set({ notice_sealed: secrets.seal(JSON.stringify(notice), place) })
    .where('token_hash', '=', tokenHash)
    .execute()
}

/** The notice that was left, if it is of this kind. It stays until `dropNotice`. */
export function noticeOf<K extends Notice['kind']>(
  { secrets }: Pick<Parts, 'secrets'>,
  { notice_sealed }: Pick<SessionRow, 'notice_sealed'>,
  kind: K,
): Extract<Notice, { kind: K }> | undefined {
  if (notice_sealed === null) return undefined
  const notice = parseJson(secrets.open(notice_sealed, place).reveal()) as Notice
  return notice.kind === kind ? (notice as Extract<Notice, { kind: K }>) : undefined
}

/** From now on nobody sees it again. */
export async function dropNotice({ db }: Pick<Parts, 'db'>, { id }: Pick<SessionRow, 'id'>): Promise<void> {
  await db.updateTable('operator_sessions').set({ notice_sealed: null }).where('id', '=', id).execute()
}

const place = 'operator_sessions/notice'
