import { openProposals } from '../../../operators/proposals/find.ts'
import { membershipsOf } from '../../../operators/rights/person.ts'
import type { SessionStage } from '../../../plumbing/storage/schema.ts'
import type { Next } from 'koa'
import type { Context, Guard, State } from '../../shell/context.ts'
import { frameOf } from '../frame-of.ts'
import { consolePaths as paths } from '../paths.ts'
import { render } from '../render.ts'
import type { PersonState, VisitorState } from '../state.ts'
import { formToken } from '../csrf.ts'
import { visitor } from './visitor.ts'
import { pageOf, withWayBack } from '../way-back.ts'

/**
 * Lets people through who have signed in; any other is led to the step that is missing, and from there back. After an
 * idle end nothing that was sent is done.
 */
export const signedIn: Guard<State, PersonState> = (ctx, next) =>
  visitor(ctx, () => asPerson(ctx as Context<PersonState>, next))

async function asPerson(ctx: Context<Omit<PersonState, 'session'> & VisitorState>, next: Next): Promise<unknown> {
  const { session, services, sessionToken } = ctx.state
  if (session?.stage !== 'full') return lead(ctx, session?.stage)
  const { id, email, name } = session.operator
  const memberships = await membershipsOf(services.db, id)
  const codeAt = session.code_at ?? undefined
  const waiting = await openProposals(services.db, { memberships }, services.clock.now())
  ctx.state.person = { operatorId: id, email, name, memberships, codeAt, address: ctx.ip, openProposals: waiting }
  ctx.state.logged = { operator: String(id) }
  ctx.state.frame = frameOf(ctx.state.person, ctx.path)
  ctx.state.csrf = formToken(ctx, sessionToken)
  return next()
}

function lead(ctx: Context<VisitorState>, stage: SessionStage | undefined): void {
  // A link from elsewhere does not bring the cookie along, though the browser may have it. A second request does, which
  // the page makes by itself.
  const fromElsewhere = ctx.method === 'GET' && ctx.get('sec-fetch-site') === 'cross-site'
  if (stage === undefined && fromElsewhere) {
    ctx.set('Refresh', '0')
    return render(ctx, 'opening')
  }
  ctx.status = 303
  if (stage === 'setup') ctx.redirect(paths.authenticator)
  else ctx.redirect(withWayBack(stage === 'password' ? paths.code : paths.signIn, pageOf(ctx)))
}
