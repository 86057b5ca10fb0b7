import { openidOf, type World, type WorldMember } from '../world.ts'

/** The member behind an openid of any merchant; undefined for one whom nobody has added to the world. */
export function memberOfOpenid(world: World, openid: string): WorldMember | undefined {
  const known = world.members.find((member) => member.openid === openid)
  if (known || world.merchants.length === 1) return known
  const owner = world.merchants.find(({ officialAccount }) => openid.startsWith(officialAccount.openidPrefix))
  return owner && world.members.find((member) => openidOf(owner.officialAccount, member.id) === openid)
}
