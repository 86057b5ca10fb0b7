/** Where a web process dies, as by kill −9, in the middle of its first claim. */
export const deathPoints = [
  'before the gate',
  'between gate and ledger',
  'between ledger and signing',
  'while WeChat is sending',
  'after WeChat has sent, before the answer is read',
  'after the answer, before it is written down',
  'after it is written down, before the member is answered',
] as const

export type DeathPoint = (typeof deathPoints)[number]
