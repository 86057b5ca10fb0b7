import { createServer } from 'node:http'
import Koa from 'koa'
import { afterAll, expect, it } from 'vitest'
import { errorPagesFor } from '../../../src/web/audiences.ts'
import { consoleDoor } from '../../../src/web/console/door.ts'
import type { PageState } from '../../../src/web/console/frame.ts'
import { kitFrame } from '../../../src/web/console/pages/kit-samples.ts'
import { render } from '../../../src/web/console/render.ts'
import { Stopped } from '../../../src/web/console/stopped.ts'
import type { Routed } from '../../../src/web/shell/context.ts'
import { errors } from '../../../src/web/shell/errors.ts'
import { requestLog } from '../../../src/web/shell/request-log.ts'
import { close, listen } from '../../support/listen.ts'
import { openPhone } from '../../support/phone.ts'
import { openTestServices } from '../../support/services.ts'

const services = await openTestServices({ redis: false })
const app = new Koa<PageState, Routed>()
app.use(requestLog(services))
app.use(errors(errorPagesFor))
app.use(consoleDoor)
app.use((ctx) => {
  if (ctx.path.includes('/signed-in')) ctx.state.frame = kitFrame
  if (ctx.path.endsWith('/form')) return render(ctx, 'kit-bare', { errors: [{ name: 'name', text: '请填写 <邮箱>' }] })
  if (ctx.path.endsWith('/busy')) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  if (ctx.path.endsWith('/broken')) throw new Error('column "secret_thing" does not exist')
  const status = Number(ctx.path.split('/').at(-1)) as 403
  if (ctx.query.says) throw new Stopped(status, String(ctx.query.says))
  return ctx.throw(status)
})
const server = createServer(app.callback())
const browser = openPhone(await listen(server), { agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' })
afterAll(async () => {
  await close(server)
  await services[Symbol.asyncDispose]()
})

it.each([
  [403, '没有权限'],
  [404, '页面不存在'],
  [409, '内容已被修改'],
  [413, '文件太大了'],
  [422, '内容需要修改'],
  [429, '操作太频繁了'],
])('%i says in Chinese: %s', async (status, title) => {
  const seen = await browser.get(`/console/${status}`)
  expect([seen.status, seen.text]).toEqual([status, expect.stringContaining(`<h1>${title}</h1>`)])
})

it('a request that was stopped says why: who may, or what has changed', async () => {
  const says = encodeURIComponent('只有管理员可以修改 <密钥>')
  const seen = await browser.get(`/console/403?says=${says}`)
  expect([seen.status, seen.text]).toEqual([403, expect.stringContaining('只有管理员可以修改 &#60;密钥&#62;')])
  const program = await browser.get(`/console/409?says=${says}`, { Accept: 'application/json' })
  expect([program.status, JSON.parse(program.text)]).toMatchObject([409, { message: '只有管理员可以修改 <密钥>' }])
})

it('whoever has signed in keeps the menu and the way home, and a stranger sees neither', async () => {
  const seen = await browser.get('/console/signed-in/404')
  expect(seen.text).toContain('退出登录')
  expect(seen.text).toContain('返回首页')
  expect((await browser.get('/console/404')).text).not.toMatch(/退出登录|返回首页|<nav/)
})

it('a fault of ours shows a number to quote and nothing of its cause', async () => {
  const seen = await browser.get('/console/broken')
  expect([seen.status, seen.text]).toEqual([500, expect.stringContaining('系统出错了')])
  expect(seen.text).toContain(seen.headers.get('x-request-id'))
  expect(seen.text).not.toContain('secret_thing')
  const busy = await browser.get('/console/busy')
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '5'])
})

it('a form that comes back is 422, with the same words above it and at its field', async () => {
  const { status, text } = await browser.get('/console/form')
  expect(status).toBe(422)
  expect(text).toContain('<title>错误：登录 - 商户云后台</title>')
  expect(text).toContain('<a href="#f-name">请填写 &#60;邮箱&#62;</a>')
  expect(text).toContain('<span class="unseen">错误：</span>请填写 &#60;邮箱&#62;')
})
