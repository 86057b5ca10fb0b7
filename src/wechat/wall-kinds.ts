import type { WallKind } from '../plumbing/walls/wall.ts'

/*
 * What one merchant, or one merchant number, may have under way at WeChat in one process. WeChat answers within about
 * 100 ms, so a connection carries ten calls per second.
 */

/**
 * Logins: 320 per second at most. A code is made by anybody who asks, so the rest is refused at once: a login that waits
 * behind forged ones would be no better.
 */
export const oauthCalls: WallKind = { name: 'oauth', connections: 32, underWay: 32 }

/** Cards and the access token. A landing page waits for two of these calls, and can be loaded again. */
export const officialAccountCalls: WallKind = { name: 'official_account', connections: 32, underWay: 32 }

/**
 * Everything that one merchant number signs. 640 calls per second are more than WeChat's 500 sends (docs/wechat/pay-v3.md
 * 1.8); as many again may wait for a connection, so that a burst is not turned away.
 */
export const payCalls: WallKind = { name: 'pay', connections: 64, underWay: 128 }

/** Bills and flow files of one merchant number: one is fetched after the other, each for as long as it takes. */
export const fileCalls: WallKind = { name: 'files', connections: 2, underWay: 2 }
