import { createPrivateKey, createPublicKey, randomInt, type KeyObject } from 'node:crypto'
import { systemClock, type Clock } from '../src/plumbing/clock.ts'
import { openSandboxClock } from './clock.ts'
import { openCallBook, type CallBook, type NumberRecord } from './calls.ts'
import type { HeldCard } from './wallet/held-card.ts'
import { openFaultBook, type FaultBook } from './faults.ts'
import { openCodeBook, type CodeBook } from './oauth/codes.ts'
import { openTokenBook, type TokenBook } from './official/tokens.ts'
import type { UserCard } from './official/user-card.ts'
import type { Coupon } from './pay/coupon.ts'
import type { Order } from './pay/order.ts'
import type { ServedFile } from './pay/served-files.ts'
import { openRateLimit, type RateLimit } from './rate-limit.ts'
import type { World } from './world.ts'

/** What the sandbox's WeChat remembers while it runs. */
export type SandboxState = {
  world: World
  clock: Clock
  settings: SandboxSettings
  faults: FaultBook
  calls: CallBook
  /** By `mchid/out_request_no`. */
  numbers: Map<string, NumberRecord>
  coupons: Map<string, Coupon>
  couponsByOpenid: Map<string, Coupon[]>
  /** Current sends, by `stock_id/openid`. */
  sending: Set<string>
  stockUse: Map<string, StockUse>
  /** fen received by `creator mchid/openid/month`. */
  monthSums: Map<string, number>
  orders: Order[]
  userCards: UserCard[]
  /** Cards of WeChat Pay's products. */
  heldCards: HeldCard[]
  /** What a page may open with a token for joining, until it does. */
  joinTokens: Map<string, { cardId: string; openid: string; until: number }>
  codes: CodeBook
  tokens: TokenBook
  /** Tickets of WeChat's page script, by appid. */
  jsTickets: Map<string, { ticket: string; until: number }>
  /** Files that can be fetched for 30 s, by their token. */
  files: Map<string, ServedFile>
  rate: RateLimit
  /** Five card calls per second of a number (docs/wechat/member-cards.md 2). */
  cardRate: RateLimit
  /** A key is parsed once per PEM. */
  privateKey(pem: string): KeyObject
  publicKey(pem: string): KeyObject
  /** Called after everything that people change at WeChat's platforms. */
  keep(): void
  /** A new number of that many digits, which no coupon or order has. */
  nextId(digits: number): string
}

export type SandboxSettings = {
  /** The sandbox's own address and paycoupon's, without a slash at the end. */
  url: string
  appUrl: string
  /** WeChat's limit on sending, per merchant number (docs/wechat/pay-v3.md 3). */
  sendsPerSecond: number
  /** How long WeChat takes to send one coupon. */
  sendMs: number
  /** Not documented by WeChat: a refused number gets the same refusal for ever (docs/wechat/pay-v3.md 3.2). */
  remembersRefusals: boolean
  /** Not documented by WeChat: a number that has given a coupon is refused once the member's limit has been reached. */
  limitsFirst: boolean
  /** Seen, not documented: a stock cannot be started in the minute after it was made (docs/wechat/pay-v3.md 2.2). */
  freshStocksFail: boolean
}

/** How much of one stock has been given, and how many of its coupons have been used. */
export type StockUse = {
  distributed: number
  used: number
  perPerson: Map<string, number>
  perDay: Map<string, number>
}

export type StateOptions = {
  world: World
  clock?: Clock
  appUrl?: string
  sendsPerSecond?: number
  sendMs?: number
  keptCalls?: number
  /** Keeps the world between starts. */
  keep?: (world: World) => void
}

const keptCallsDefault = 1000
const sendsPerSecondDefault = 500

export function openState(options: StateOptions): SandboxState {
  const clock = openSandboxClock(options.world, options.clock ?? systemClock)
  const settings = {
    url: '',
    appUrl: (options.appUrl ?? 'http://localhost:3000').replace(/\/$/, ''),
    sendsPerSecond: options.sendsPerSecond ?? sendsPerSecondDefault,
    sendMs: options.sendMs ?? 0,
    remembersRefusals: false,
    limitsFirst: false,
    freshStocksFail: false,
  }
  let lastId = BigInt(randomInt(1, 2 ** 40))
  return {
    world: options.world,
    clock,
    settings,
    faults: openFaultBook(),
    calls: openCallBook(options.keptCalls ?? keptCallsDefault),
    numbers: new Map(),
    coupons: new Map(),
    couponsByOpenid: new Map(),
    sending: new Set(),
    stockUse: new Map(),
    monthSums: new Map(),
    orders: [],
    userCards: [],
    heldCards: [],
    joinTokens: new Map(),
    codes: openCodeBook(clock),
    tokens: openTokenBook(clock),
    jsTickets: new Map(),
    files: new Map(),
    rate: openRateLimit(settings),
    cardRate: openRateLimit({ sendsPerSecond: 5 }),
    privateKey: cached(createPrivateKey),
    publicKey: cached(createPublicKey),
    keep: () => options.keep?.(options.world),
    nextId: (digits) =>
      String(++lastId)
        .padStart(digits - 1, '0')
        .padStart(digits, '4'),
  }
}

function cached(parse: (pem: string) => KeyObject): (pem: string) => KeyObject {
  const keys = new Map<string, KeyObject>()
  return (pem) => {
    const known = keys.get(pem)
    if (known) return known
    const key = parse(pem)
    keys.set(pem, key)
    return key
  }
}
