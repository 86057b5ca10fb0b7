import type { Config } from '../plumbing/config/config.ts'
import type { Wall } from '../plumbing/walls/wall.ts'
import type { Walls } from '../plumbing/walls/walls.ts'
import { payHosts, roomAt } from '../wechat/pay/hosts.ts'
import { payCalls } from '../wechat/wall-kinds.ts'

/**
 * The wall of a merchant number. Two merchants that share a number share it: WeChat answers the number or it does not.
 */
export function payWall(walls: Walls, mchid: string): Wall {
  return walls.of(payCalls, mchid)
}

/** How many calls under this number may begin now, at both hosts together. */
export function roomAtWechat({ walls, config }: { walls: Walls; config: Config }, mchid: string): number {
  const { payUrl: mainUrl, payBackupUrl: backupUrl } = config.wechat
  return roomAt(payWall(walls, mchid), payHosts({ mainUrl, backupUrl }))
}
