import { mayAnywhere, type Person } from '../../operators/rights/person.ts'
import type { Frame } from './frame.ts'
import { type MenuPlace, menuOf } from './menu.ts'
import { consolePaths as paths } from './paths.ts'

/** What stands around a page; without a place, around the pages that belong to no merchant and no provider. */
export function frameOf(person: Person, path: string, place?: MenuPlace): Frame {
  return {
    home: paths.home,
    place: { name: nameOf(place), href: mayAnywhere(person, 'look_at_steps') ? paths.merchants : paths.home },
    links: [],
    person: { name: person.name, href: paths.account },
    signOutAt: paths.signOut,
    menu: menuOf(person, path, place),
  }
}

function nameOf(place: MenuPlace | undefined): string {
  if (!place) return '全部'
  return 'merchant' in place ? place.merchant.name : `服务商号 ${place.mchid}`
}
