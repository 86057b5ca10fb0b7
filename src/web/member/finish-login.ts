import { rememberMember } from '../../members/members.ts'
import type { Context } from '../shell/context.ts'
import type { BrowserState } from './browser.ts'
import { keepOut } from './keep-out.ts'
import { startAgain } from './login.ts'
import { type Login, readLoginBook, writeLoginBook } from './login-book.ts'
import type { LoginExchange } from './login-exchange.ts'
import { renderLoginProblem } from './pages/login-problem.ts'
import { renderSnapshot } from './pages/snapshot.ts'
import { beginSession } from './session.ts'

/**
 * Answers a browser whose code was exchanged: logs the member in and leads on to the login's target, or shows what went
 * wrong.
 */
export async function finishLogin(ctx: Context<BrowserState>, login: Login, exchanged: LoginExchange): Promise<void> {
  switch (exchanged.kind) {
    case 'member':
      return await welcome(ctx, login, exchanged.openid)
    case 'snapshot':
      return renderSnapshot(ctx, login.target)
    case 'code_used':
      return startAgain(ctx, login)
    case 'too_many':
      ctx.status = 429
      return renderLoginProblem(ctx, login.target)
    // The first try may have used up the code, so it is not tried again.
    case 'later':
    case 'misconfigured':
      ctx.status = 503
      return renderLoginProblem(ctx, login.target)
  }
}

async function welcome(ctx: Context<BrowserState>, login: Login, openid: string): Promise<void> {
  const { services, merchant } = ctx.state
  await keepOut(ctx, openid)
  await rememberMember(services.db, { merchantId: merchant.id, openid, at: services.clock.now() })
  const logins = readLoginBook(ctx)
  writeLoginBook(
    ctx,
    logins.map((one): Login => (one.state === login.state ? { ...one, done: true } : one)),
  )
  beginSession(ctx, openid)
  ctx.redirect(login.target)
}
