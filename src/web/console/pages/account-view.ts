import { codesLeft } from '../../../operators/recovery-codes.ts'
import { type SessionRow, sessionsOf } from '../../../operators/sessions.ts'
import type { Context } from '../../shell/context.ts'
import { consolePaths as paths } from '../paths.ts'
import { type FieldError, render } from '../render.ts'
import type { PersonState } from '../state.ts'

/** What was done, said once above the page that follows. */
const done: Record<string, string> = {
  name: '名字已修改',
  password: '密码已修改，其他会话都已结束',
  sessions: '会话已结束',
  'keys-on': '快捷键已打开',
  'keys-off': '快捷键已关闭',
}

/** The page of one's own account. */
export async function renderAccount(
  ctx: Context<PersonState>,
  wrong?: { errors: FieldError[]; status: number },
): Promise<void> {
  const { services, person, session } = ctx.state
  const sessions = await sessionsOf(services, person.operatorId)
  const shown = sessions.map((one) => ({ ...viewOf(one), isThis: one.id === session.id }))
  const left = await codesLeft(services.db, person.operatorId)
  const said = typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined
  const data = {
    paths,
    email: person.email,
    name: person.name,
    sessions: shown,
    left,
    said,
    errors: wrong?.errors ?? [],
  }
  render(ctx, 'account', data, wrong?.status ?? 200)
}

function viewOf({ id, began_at, seen_at, address, agent }: SessionRow) {
  return { id, began: began_at, seen: seen_at, address, browser: browserOf(agent) }
}

/** The browser in a word, for a person who looks which session is theirs. */
function browserOf(agent: string): string {
  const systems = [/iPhone|iPad/, /Android/, /Windows/, /Mac OS X/, /Linux/]
  const names = ['iOS', 'Android', 'Windows', 'macOS', 'Linux']
  const system = names[systems.findIndex((one) => one.test(agent))]
  const [, browser = '浏览器'] = /(MicroMessenger|Edg|Firefox|Chrome|Safari)\//.exec(agent) ?? []
  return [browser, system].filter(Boolean).join('，')
}
