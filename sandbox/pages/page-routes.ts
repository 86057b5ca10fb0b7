import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isOwnOrigin } from '../browser.ts'
import type { SandboxControl } from '../control.ts'
import { html, type Answer, type Incoming } from '../http.ts'
import type { Route } from '../routes.ts'
import { chooseMember, openAddress, openCard, pay, refundLast } from './phone-acts.ts'
import { moveDay } from './clock.ts'
import { afterPayScript, afterPaying } from './after-paying.ts'
import { phonePage } from './phone.ts'
import { platformFile } from './platform-files.ts'
import { platformAct, platformPage } from './platform.ts'
import { billByHand, payByCode, tillPage } from './till.ts'
import { changeStockStatus, recordsPage, switchFaultOff, switchFaultOn } from './records.ts'

/** The handler of a page: gets the control, the request, its form and the parts of its path. */
export type PageAct = (
  control: SandboxControl,
  request: Incoming,
  form: URLSearchParams,
  params: Record<string, string>,
) => Answer | Promise<Answer>

/** The pages for people: the phone, what WeChat has recorded, and WeChat's platforms. */
export function pageRoutes(control: SandboxControl): Route[] {
  const get = (path: string, act: PageAct): Route => ({
    method: 'GET',
    path,
    run: (_state, request, params) => act(control, request, request.query, params),
  })
  const post = (path: string, act: PageAct): Route => ({
    method: 'POST',
    path,
    run(_state, request, params) {
      if (!isOwnOrigin(request)) return html('', 403)
      return act(control, request, new URLSearchParams(request.body.toString()), params)
    },
  })
  return [
    get('/', phonePage),
    get('/sandbox/open', openAddress),
    post('/sandbox/member', chooseMember),
    post('/sandbox/card', openCard),
    post('/sandbox/payment', pay),
    post('/sandbox/refund', refundLast),
    get('/sandbox/after-paying', afterPaying),
    get('/sandbox/after-paying.js', afterPayScript),
    get('/sandbox/till', tillPage),
    post('/sandbox/till', payByCode),
    get('/sandbox/till/bill', billByHand),
    post('/sandbox/clock', moveDay),
    get('/sandbox/wechat-pay', recordsPage),
    post('/sandbox/faults', switchFaultOn),
    post('/sandbox/faults/:id/removal', switchFaultOff),
    post('/sandbox/stocks/:stockId/status', changeStockStatus),
    get('/sandbox/platform', platformPage),
    post('/sandbox/platform/:act', platformAct),
    get('/sandbox/platform/files/:owner/:name', platformFile),
    get('/sandbox/sandbox.css', stylesheet),
  ]
}

const stylesheetFile = fileURLToPath(new URL('../views/sandbox.css', import.meta.url))

function stylesheet(): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/css; charset=utf-8' },
    body: readFileSync(stylesheetFile, 'utf8'),
  }
}
