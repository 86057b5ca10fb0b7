import type { CallFilter } from './calls.ts'
import type { SandboxControl } from './control.ts'
import { isOwnOrigin } from './browser.ts'
import { json, type Incoming } from './http.ts'
import { merchantFile, merchantOf } from './merchant-file.ts'
import { isPlatformAct } from './platform/platform-acts.ts'
import { stepStates } from './platform/steps.ts'
import type { Route } from './routes.ts'

type Body = Record<string, unknown>
type Act = (body: Body, params: Record<string, string>, request: Incoming) => unknown

/** The control as HTTP and JSON, for tests and people in another process. An error of the control is a 400. */
export function controlRoutes(control: SandboxControl): Route[] {
  const { world } = control.state
  // Where an openid is wanted, a member may be named by id instead.
  const openidIn = (body: Body) => String(body.openid ?? world.members.find((each) => each.id === body.member)?.openid)
  const asked = (request: Incoming) => Object.fromEntries(request.query)
  return [
    route('GET', 'faults', () => control.faults()),
    route('POST', 'faults', (body) => control.setFault(body as never)),
    route('DELETE', 'faults', (_body, _params, request) => {
      const id = request.query.get('id')
      control.clearFaults(id === null ? undefined : Number(id))
      return control.faults()
    }),
    route('GET', 'calls', (_body, _params, request) => control.calls(asked(request) as CallFilter)),
    route('GET', 'numbers', () => control.numbers()),
    route('GET', 'numbers/:outRequestNo', (_body, params) => control.number(params.outRequestNo!) ?? null),
    route('GET', 'coupons', (_body, _params, request) => {
      const filter = asked(request)
      return control.coupons((filter.openid ?? filter.member) ? openidIn(filter) : undefined)
    }),
    route('GET', 'stocks', () => world.stocks.map((stock) => control.stock(stock.stock_id))),
    route('POST', 'stocks', (body) => control.addStock(body as never)),
    route('PATCH', 'stocks/:stockId', (body, params) => control.changeStock(params.stockId!, body)),
    route('GET', 'members', () => world.members),
    route('POST', 'members', (body) => control.addMember(body as never)),
    route('PATCH', 'members/:id', (body, params) => control.changeMember(params.id!, body)),
    route('GET', 'orders', () => control.orders()),
    route('POST', 'orders', (body) => control.addOrder({ ...body, openid: openidIn(body) } as never)),
    route('POST', 'orders/:transactionId/refunds', (body, params) => control.refund(params.transactionId!, body)),
    route('POST', 'cards', (body) => control.takeCard(openidIn(body), body)),
    route('PATCH', 'cards/:code', (body, params) => control.changeCard(params.code!, body)),
    route('GET', 'accounts', () => world.accounts),
    route('GET', 'merchants', () => world.merchants),
    route('GET', 'merchants/:slug/steps', (_body, params) => stepStates(control.state, merchantOf(world, params.slug))),
    route('GET', 'merchants/:slug/file', (_body, params) => merchantFile(world, params.slug)),
    route('POST', 'platform/:act', (body, params) => {
      const name = params.act!
      if (!isPlatformAct(name)) throw new Error(`nobody can ${name}`)
      return control.act(name, body as never)
    }),
    route('POST', 'events', (body) => control.push(body as never)),
    route('GET', 'clock', () => control.time()),
    route('POST', 'clock', ({ days }) => control.moveForward(days as number)),
    route('PATCH', 'settings', (body) => Object.assign(control.settings, body)),
    route('DELETE', 'tokens', (_body, _params, request) => {
      control.endTokens(request.query.get('as') === 'expired' ? 'expired' : 'invalid')
      return {}
    }),
  ]
}

function route(method: Route['method'], path: string, act: Act): Route {
  return {
    method,
    path: `/sandbox/control/${path}`,
    async run(_state, request, params) {
      if (!isOwnOrigin(request)) return json({ message: 'not for other sites' }, 403)
      try {
        return json(await act(readBody(request), params, request))
      } catch (fault) {
        return json({ message: (fault as Error).message }, 400)
      }
    },
  }
}

function readBody(request: Incoming): Body {
  return request.body.length === 0 ? {} : (JSON.parse(request.body.toString()) as Body)
}
