import Koa from 'koa'
import type { Services } from '../services.ts'
import { errorPagesFor } from './audiences.ts'
import { consoleDoor } from './console/door.ts'
import type { Routed, State } from './shell/context.ts'
import { errors } from './shell/errors.ts'
import { gluedQuery } from './member/middleware/glued-query.ts'
import { plainAddress } from './shell/plain-address.ts'
import { requestLog } from './shell/request-log.ts'
import { securityHeaders } from './shell/security-headers.ts'
import { routes } from './routes.ts'

/** The web application on opened services; it holds no state of its own. */
export function createApp(services: Services): Koa<State, Routed> {
  // Of the addresses in X-Forwarded-For only the last one is from our proxy: those before it may be the client's own words.
  const app = new Koa<State, Routed>({ proxy: services.config.trustProxy, maxIpsCount: 1 })
  const router = routes()
  app.use(requestLog(services))
  app.use(securityHeaders(services.config))
  app.use(errors(errorPagesFor))
  app.use(consoleDoor)
  app.use(plainAddress)
  app.use(gluedQuery)
  app.use(router.routes())
  app.use(router.allowedMethods())
  // Only errors of a connection that broke after the answer come here; `errors` has answered and logged all others.
  app.on('error', (error: unknown) => services.log.debug({ err: error }, 'connection failed'))
  return app
}
