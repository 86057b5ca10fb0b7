import { describe, expect, onTestFinished, test } from 'vitest'
import { pino } from 'pino'
import { openCache } from '../../src/plumbing/cache.ts'
import { registry } from '../../src/plumbing/telemetry/metrics.ts'
import { openCircuit } from '../../src/plumbing/walls/circuit.ts'
import { openWalls } from '../../src/plumbing/walls/walls.ts'
import { exchange } from '../../src/wechat/exchange.ts'
import { openScriptedHost } from '../support/scripted-host.ts'
import { aHold, until } from '../support/waiting.ts'

const narrow = { name: 'narrow', connections: 2, underWay: 3 }

function aTime() {
  let ms = 0
  return { clock: { now: () => new Date(ms), elapsedMs: () => ms }, pass: (more: number) => void (ms += more) }
}

async function aStage() {
  const lines: string[] = []
  const time = aTime()
  const walls = openWalls({
    cache: openCache(time.clock),
    clock: time.clock,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
  })
  onTestFinished(() => walls.close())
  const host = await openScriptedHost()
  onTestFinished(() => host.close())
  const ask = (owner = 'shop', limits = { startMs: 10_000, timeoutMs: 10_000 }) =>
    exchange(walls.of(narrow, owner), { origin: host.url, method: 'GET', path: '/', headers: {} }, limits)
  return { ...time, walls, host, lines, ask }
}

describe('a wall', () => {
  test('lets so many calls through, one waits for a connection, and the next is not made at all', async () => {
    const { host, ask } = await aStage()
    const answer = aHold()
    host.answer({ body: 'served', after: answer.over })
    const calls = [ask(), ask(), ask()]
    expect(await ask()).toEqual({
      failure: { word: 'unreachable', detail: 'held back: too many calls under way', heldBack: true },
    })
    await until(() => host.calls.length === 2)
    answer.letGo()
    for (const { answer } of await Promise.all(calls)) expect(answer?.body.toString()).toBe('served')
    expect(host.calls).toHaveLength(3)
    expect((await ask()).answer?.status).toBe(200)
  })

  test('of one owner is not noticed by another one', async () => {
    const { host, ask } = await aStage()
    host.answer('silence')
    const calls = [ask('silent'), ask('silent'), ask('silent')]
    await until(() => host.calls.length === 2)
    host.answer({ body: 'served' })
    expect((await ask('other')).answer?.status).toBe(200)
    expect(calls).toHaveLength(3)
  })

  test('leaves a silent host alone, tries it after a rest, and says in one line each that it begins and ends', async () => {
    const { host, ask, pass, lines } = await aStage()
    host.answer('hang up')
    await ask()
    pass(3_000)
    for (let index = 0; index < 7; index += 1) await ask()
    expect((await ask()).failure).toMatchObject({ word: 'unreachable', heldBack: true })
    expect(host.calls).toHaveLength(8)

    pass(5_000)
    const [trial, beside] = [ask(), ask()]
    expect((await beside).failure).toMatchObject({ heldBack: true })
    expect((await trial).failure).toMatchObject({ word: 'reset' })

    host.answer({ status: 500 })
    pass(5_000)
    expect((await ask()).answer?.status).toBe(500)
    expect((await ask()).answer?.status).toBe(500)
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { kind: 'narrow', owner: 'shop', host: host.url, msg: 'a host gives no answer: calls are held back' },
      { kind: 'narrow', owner: 'shop', host: host.url, msg: 'the host answers again' },
    ])
    const shown = await registry.metrics()
    expect(shown).toContain('paycoupon_circuits_total{kind="narrow",state="open"} 1')
    expect(shown).toContain('paycoupon_calls_held_back_total{kind="narrow",why="silent"} 2')
  })

  test('has its connections closed when many others are in use, and what is under way comes to its end', async () => {
    const { host, ask, walls } = await aStage()
    const answer = aHold()
    host.answer({ body: 'served', after: answer.over })
    const old = ask('the oldest')
    await until(() => host.calls.length === 1)
    for (let index = 0; index < 1_000; index += 1) walls.of(narrow, `owner ${index}`).enter(host.url)
    answer.letGo()
    expect((await old).answer?.status).toBe(200)
    host.answer({ body: 'served' })
    expect((await ask('the oldest')).answer?.status).toBe(200)
  })

  test('breaks off what is under way when the process closes', async () => {
    const { host, ask, walls } = await aStage()
    host.answer('silence')
    const call = ask()
    await until(() => host.calls.length === 1)
    await walls.close()
    expect((await call).failure).toMatchObject({ word: 'reset' })
    expect((await ask()).failure).toMatchObject({ word: 'unreachable' })
  })
})

describe('a circuit', () => {
  const opened = () => {
    const time = aTime()
    const states: string[] = []
    const circuit = openCircuit(time.clock, (state) => states.push(state))
    const call = (answered: boolean) => circuit.begin()(answered)
    return { ...time, circuit, states, call }
  }

  test('does not open for a crowd of failures in one moment', () => {
    const { circuit, call } = opened()
    for (let index = 0; index < 100; index += 1) call(false)
    expect(circuit.room()).toBe(Infinity)
  })

  test('does not open for a host that is slow, but answers now and then', () => {
    const { circuit, call, pass, states } = opened()
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < 100; index += 1) call(false)
      pass(2_900)
      call(true)
    }
    expect(circuit.room()).toBe(Infinity)
    expect(states).toEqual([])
  })

  test('opens for calls that began together and all hung', () => {
    const { circuit, pass, states } = opened()
    const ends = Array.from({ length: 64 }, () => circuit.begin())
    pass(5_000)
    for (const end of ends) end(false)
    expect(circuit.room()).toBe(0)
    expect(states).toEqual(['open'])
  })

  test('closes for the late answer of a call that began before it opened', () => {
    const { circuit, call, pass, states } = opened()
    const late = circuit.begin()
    pass(4_000)
    for (let index = 0; index < 8; index += 1) call(false)
    late(true)
    expect(circuit.room()).toBe(Infinity)
    expect(states).toEqual(['open', 'closed'])
  })

  test('a call that began before it opened and ends as a trial runs does not end the trial', () => {
    const { circuit, call, pass } = opened()
    const late = circuit.begin()
    pass(4_000)
    for (let index = 0; index < 8; index += 1) call(false)
    pass(5_000)
    const trial = circuit.begin()
    late(false)
    expect(circuit.room()).toBe(0)
    trial(false)
    pass(5_000)
    expect(circuit.room()).toBe(1)
  })
})
