import { noticeOf } from '../../../operators/notices.ts'
import { placeName } from '../../../operators/places-of.ts'
import { roleNames } from '../../../operators/rights/roles.ts'
import { invitationsOf, placesToGive, staffOf } from '../../../operators/staff-list.ts'
import type { Context } from '../../shell/context.ts'
import { consolePaths as paths } from '../paths.ts'
import { type FieldError, render } from '../render.ts'
import type { PersonState } from '../state.ts'

const done: Record<string, string> = {
  invited: '邀请已生成，请把链接发给对方',
  added: '对方已有账号，角色已生效，直接登录即可',
  role: '角色已修改，对方需要重新登录',
  ended: '角色已收回，对方的会话已结束',
  reset: '重置链接已生成，对方的会话已结束',
}

type Wrong = { errors: FieldError[]; status: number; form?: URLSearchParams }

/** The page of the staff of all places that the person manages. */
export async function renderStaff(ctx: Context<PersonState>, wrong?: Wrong): Promise<void> {
  const { services, session, person } = ctx.state
  const { db, clock, config } = services
  const name = typeof ctx.query.name === 'string' ? ctx.query.name.replaceAll('\0', '').trim().slice(0, 64) : ''
  const staff = (await staffOf(db, person, name)).map((one) => ({
    ...one,
    place: placeName(one),
    roleName: roleNames[one.role],
    isSelf: one.operator_id === person.operatorId,
    at: (path: string) => path.replace(':membership', String(one.id)),
  }))
  const invitations = (await invitationsOf(db, person, clock.now())).map((one) => ({
    ...one,
    place: placeName(one),
    roleName: one.role && roleNames[one.role],
  }))
  const notice = noticeOf(services, session, 'link')
  const link = notice && { ...notice, url: `${config.consoleUrl}/link/${notice.token}` }
  const places = await placesToGive(db, person)
  const said = typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined
  const given = Object.fromEntries(wrong?.form ?? [])
  const canMail = services.mail !== undefined
  const data = {
    asked: name,
    canMail,
    paths,
    staff,
    invitations,
    link,
    places,
    roleNames,
    said,
    given,
    errors: wrong?.errors ?? [],
  }
  render(ctx, 'staff', data, wrong?.status ?? 200)
}
