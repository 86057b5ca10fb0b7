import { describe, expect, test } from 'vitest'
import { changePassword, confirmCode, endOwnSessions } from '../../src/operators/account.ts'
import { codesLeft } from '../../src/operators/recovery-codes.ts'
import { type Client, findSession, sessionsOf } from '../../src/operators/sessions.ts'
import { finishSignIn, signIn } from '../../src/operators/sign-in.ts'
import { stillClock } from '../support/clock.ts'
import { aStaff, codeOf, password, stranger, type Staff } from '../support/operators.ts'
import { servicesOfFile } from '../support/services.ts'
import { aHold, statementsWait } from '../support/waiting.ts'

const clock = stillClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const minutes = (count: number) => count * 60_000

const said = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error & { word?: string }) => error.word ?? error.message,
  )

async function enter(staff: Staff, client: Client = stranger) {
  const half = await signIn(services, { email: staff.email, password }, client)
  const session = (await findSession(services, half))!
  return { half, ...(await finishSignIn(services, session, { code: staff.code() }, client)) }
}

describe('a sign-in', () => {
  test('takes the password, then the code, and each step has a token of its own', async () => {
    const lin = await aStaff(services, 'lin@example.com')
    const { half, token } = await enter(lin)
    expect(half).not.toBe(token)
    expect(await findSession(services, half)).toBeUndefined()
    expect(await findSession(services, token)).toMatchObject({ stage: 'full', operator: { email: 'lin@example.com' } })
  })

  test('takes the e-mail in any letters', async () => {
    await aStaff(services, 'wu@example.com')
    expect(await signIn(services, { email: ' WU@Example.com ', password }, stranger)).toMatch(/^[\w-]{43}$/)
  })

  test('says the same of a wrong password, of an unknown e-mail and of what is no e-mail', async () => {
    await aStaff(services, 'ma@example.com')
    for (const email of ['ma@example.com', 'nobody@example.com', 'x\u0000y', '']) {
      expect(await said(signIn(services, { email, password: 'something else' }, stranger))).toBe('wrong_sign_in')
    }
  })

  test('takes a code once, also of two that send it at one moment', async () => {
    const he = await aStaff(services, 'he@example.com')
    const halves = await Promise.all([1, 2].map(() => signIn(services, { email: he.email, password }, stranger)))
    const code = he.code()
    const both = aHold()
    const held = services.db.transaction().execute(async (trx) => {
      await trx.selectFrom('operators').select('id').where('email', '=', he.email).forUpdate().execute()
      await both.over
    })
    const tries = halves.map(async (half) =>
      said(finishSignIn(services, (await findSession(services, half))!, { code }, stranger)),
    )
    // Both have read which codes were used before either writes.
    await statementsWait(services.db, 2)
    both.letGo()
    await held
    expect((await Promise.all(tries)).toSorted()).toEqual(['done', 'wrong_code'])
  })

  test('takes a code of the step before and after, and none further away', async () => {
    const gao = await aStaff(services, 'gao@example.com')
    clock.advance(minutes(5))
    for (const [seconds, answer] of [
      [-61, 'wrong_code'],
      [61, 'wrong_code'],
      [-30, 'done'],
      [30, 'done'],
    ] as const) {
      const half = await signIn(services, { email: gao.email, password }, stranger)
      const code = codeOf(gao.seed, new Date(clock.now().getTime() + seconds * 1_000))
      expect(await said(finishSignIn(services, (await findSession(services, half))!, { code }, stranger))).toBe(answer)
    }
  })

  test('takes each recovery code once, however it is typed', async () => {
    const luo = await aStaff(services, 'luo@example.com')
    expect(luo.recoveryCodes).toHaveLength(10)
    const [code] = luo.recoveryCodes
    const typed = [code!.toUpperCase().replaceAll('-', ' '), code!]
    const answers: string[] = []
    for (const one of typed) {
      const half = await signIn(services, { email: luo.email, password }, stranger)
      const session = (await findSession(services, half))!
      answers.push(await said(finishSignIn(services, session, { code: one, isRecovery: true }, stranger)))
    }
    expect(answers).toEqual(['done', 'wrong_code'])
    expect(await codesLeft(services.db, (await luo.person()).operatorId)).toBe(9)
  })

  test('is over after five wrong codes', async () => {
    const fan = await aStaff(services, 'fan@example.com')
    const half = await signIn(services, { email: fan.email, password }, stranger)
    const session = (await findSession(services, half))!
    for (let n = 0; n < 6; n += 1) {
      expect(await said(finishSignIn(services, session, { code: '000000' }, stranger))).toBe('wrong_code')
    }
    expect(await said(finishSignIn(services, session, { code: fan.code() }, stranger))).toBe('wrong_code')
    expect(await findSession(services, half)).toBeUndefined()
  })
})

describe('lockout', () => {
  test('a stranger who tries passwords is stopped, also with many at once, and cannot lock out the owner', async () => {
    const owner = await aStaff(services, 'owner@example.com')
    const guess = (client: Client) => said(signIn(services, { email: owner.email, password: 'not this one' }, client))
    await Promise.all(Array.from({ length: 12 }, () => guess(stranger)))
    // Even the right password is of no use to the stranger now.
    expect(await said(signIn(services, { email: owner.email, password }, stranger))).toBe('wrong_sign_in')
    const { failures } = await services.db
      .selectFrom('operators')
      .select('failures')
      .where('email', '=', owner.email)
      .executeTakeFirstOrThrow()
    expect(failures).toBeLessThanOrEqual(6)
    const known = { ...stranger, device: owner.device }
    expect(await said(enter(owner, known))).toBe('done')
  })

  test('pauses grow, and end', async () => {
    const xu = await aStaff(services, 'xu@example.com')
    const guess = () => said(signIn(services, { email: xu.email, password: 'not this one' }, stranger))
    for (let n = 0; n < 6; n += 1) await guess()
    const right = () => said(signIn(services, { email: xu.email, password }, stranger))
    clock.advance(29_000)
    expect(await right()).toBe('wrong_sign_in')
    clock.advance(2_000)
    await guess()
    clock.advance(31_000)
    expect(await right()).toBe('wrong_sign_in')
    clock.advance(30_000)
    expect(await right()).toBe('done')
  })

  test('a browser that is known has a counter of its own', async () => {
    const cui = await aStaff(services, 'cui@example.com')
    const known = { ...stranger, device: cui.device }
    for (let n = 0; n < 6; n += 1) {
      await said(signIn(services, { email: cui.email, password: 'mistyped again' }, known))
    }
    expect(await said(signIn(services, { email: cui.email, password }, known))).toBe('wrong_sign_in')
    expect(await said(signIn(services, { email: cui.email, password }, stranger))).toBe('done')
  })
})

describe('a session', () => {
  test('ends after an hour without use, and after twelve with it', async () => {
    const idle = await aStaff(services, 'idle@example.com')
    clock.advance(minutes(59))
    await idle.session()
    clock.advance(minutes(61))
    await expect(idle.session()).rejects.toThrow('ended')
    const busy = await aStaff(services, 'busy@example.com')
    for (let n = 0; n < 14; n += 1) {
      clock.advance(minutes(50))
      await busy.session()
    }
    clock.advance(minutes(25))
    await expect(busy.session()).rejects.toThrow('ended')
  })

  test('is listed, and ended from another', async () => {
    const tan = await aStaff(services, 'tan@example.com')
    const other = await enter(tan)
    const { operatorId } = await tan.person()
    expect(await sessionsOf(services, operatorId)).toHaveLength(2)
    const { id } = (await findSession(services, other.token))!
    await endOwnSessions(services, await tan.session(), await tan.person(), id)
    expect(await findSession(services, other.token)).toBeUndefined()
    expect(await said(endOwnSessions(services, await tan.session(), await tan.person(), 0))).toBe('not_found')
  })

  test('a new password ends all others, and gives this one another token', async () => {
    const yao = await aStaff(services, 'yao@example.com')
    const other = await enter(yao)
    const wanted = { current: password, password: 'another walk in the hills', device: yao.device }
    const token = await changePassword(services, await yao.session(), await yao.person(), wanted)
    expect(await findSession(services, other.token)).toBeUndefined()
    expect(await findSession(services, yao.token)).toBeUndefined()
    expect(await findSession(services, token)).toBeDefined()
    expect(await said(signIn(services, { email: yao.email, password }, stranger))).toBe('wrong_sign_in')
  })

  test('a wrong present password changes nothing', async () => {
    const sun = await aStaff(services, 'sun@example.com')
    const wanted = { current: 'not this one', password: 'another walk in the hills', device: sun.device }
    expect(await said(changePassword(services, await sun.session(), await sun.person(), wanted))).toBe('wrong_password')
    expect(await said(signIn(services, { email: sun.email, password }, stranger))).toBe('done')
  })

  test('a code again makes it fresh under another token', async () => {
    const qin = await aStaff(services, 'qin@example.com')
    clock.advance(minutes(11))
    const token = await confirmCode(services, await qin.session(), qin.code())
    expect((await findSession(services, token))!.code_at!.getTime()).toBeGreaterThan(clock.now().getTime() - 1_000)
    await expect(qin.session()).rejects.toThrow('ended')
  })
})
