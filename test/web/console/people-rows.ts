import { consolePaths as paths } from '../../../src/web/console/paths.ts'

const readers = ['owner', 'operator', 'finance', 'viewer']

/** The rows of `routes.test.ts` about members, grants, and who from outside may look. */
export const peopleRows = [
  { route: `GET ${paths.grants}`, roles: readers },
  { route: `GET ${paths.grant}`, roles: readers },
  { route: `POST ${paths.grant}`, roles: ['owner', 'operator', 'finance'] },
  { route: `GET ${paths.providerConsent}`, roles: ['owner'] },
  { route: `POST ${paths.providerConsent}`, roles: ['owner'] },
  { route: `POST ${paths.merchants}`, roles: ['owner', 'operator'], bad: { do: 'examine' } },
  { route: `POST ${paths.provider}` },
]
