import { Router } from '@koa/router'
import Koa from 'koa'
import type { Loop } from '../../plumbing/schedule/loop.ts'
import type { Services } from '../../services.ts'
import type { State } from '../shell/context.ts'
import { requestLog } from '../shell/request-log.ts'
import { healthz, workerReadyz } from './health.ts'
import { metrics } from './metrics.ts'

/**
 * What a process answers on OPS_PORT: its own health and metrics, and nothing for members. It is ready while `loops`
 * look.
 */
export function createOpsApp(services: Services, loops: Loop[]): Koa<State> {
  const app = new Koa<State>()
  const router = new Router<State>()
  router.get('/healthz', healthz)
  router.get('/readyz', workerReadyz(loops))
  router.get('/metrics', metrics)
  app.use(requestLog(services))
  app.use(router.routes())
  app.on('error', (error: unknown) => services.log.debug({ err: error }, 'connection failed'))
  return app
}
