import { Readable } from 'node:stream'
import { exportAudit } from '../../../operators/audit/export.ts'
import { listAudit } from '../../../operators/audit/list.ts'
import { beijingDay } from '../../../plumbing/clock.ts'
import type { Handler } from '../../shell/context.ts'
import { askedFilter, filterOf } from '../audit-filter.ts'
import type { Filled, PersonState } from '../state.ts'
import { olderThan } from '../older-than.ts'
import { renderAudit } from './audit-view.ts'

const rowsOfPage = 20

/** `GET /console/audit`: what was done, newest first. */
export const show: Handler<PersonState> = async (ctx) => {
  const { services, person } = ctx.state
  const query = new URLSearchParams(ctx.querystring)
  const asked = askedFilter(query)
  renderAudit(ctx, asked, await listAudit(services.db, person, { ...filterOf(asked), ...olderThan(query) }, rowsOfPage))
}

/** The same as a CSV file; a form, since an export is itself an entry. */
export const send: Handler<PersonState & Filled> = async (ctx) => {
  const { services, person, form } = ctx.state
  const pieces = exportAudit(services, person, filterOf(askedFilter(form)))
  // What declines an export is said on a page, not in a file.
  const { value: first = '' } = await pieces.next()
  ctx.attachment(`audit-${beijingDay(services.clock.now())}.csv`)
  ctx.type = 'text/csv; charset=utf-8'
  ctx.body = Readable.from(follow(first, pieces))
}

async function* follow(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first
  yield* rest
}
