import { placesOf } from '../../../operators/places-of.ts'
import { toldTo } from '../../../operators/told.ts'
import type { Handler } from '../../shell/context.ts'
import { menuOf } from '../menu.ts'
import { consolePaths as paths } from '../paths.ts'
import { render } from '../render.ts'
import type { PersonState } from '../state.ts'

/** `GET /console`: what the person may open. */
export const show: Handler<PersonState> = async (ctx) => {
  const { person, services } = ctx.state
  const links = menuOf(person, '').flatMap((group) => group.links.filter(({ href }) => href !== paths.home))
  const told = await toldTo(services.db, person, services.clock.now())
  render(ctx, 'home', {
    told,
    name: person.name,
    places: (await placesOf(services.db, person)).map((one) => ({
      ...one,
      href: one.slug && paths.guide.replace(':merchant', one.slug),
    })),
    links,
  })
}
