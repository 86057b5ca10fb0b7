import { signOut } from '../../../operators/account.ts'
import type { Handler } from '../../shell/context.ts'
import { setConsoleCookie } from '../cookies.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import type { Filled, PersonState } from '../state.ts'

export const send: Handler<PersonState & Filled> = async (ctx) => {
  await signOut(ctx.state.services, ctx.state.session)
  setConsoleCookie(ctx, 'session', '')
  goTo(ctx, paths.signIn)
}
