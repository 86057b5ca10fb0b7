import { consolePaths as paths } from '../../../src/web/console/paths.ts'

const roles = ['owner']

/** The routes of a merchant's settings, for the table of `routes.test.ts`. Nobody of one merchant makes another. */
export const settingsRows: { route: string; roles: string[]; bad?: Record<string, string> }[] = [
  { route: `GET ${paths.merchantNew}`, roles: [] },
  { route: `POST ${paths.merchantNew}`, roles: [] },
  { route: `GET ${paths.settings}`, roles },
  { route: `POST ${paths.settings}`, roles, bad: { name: ' ' } },
  { route: `GET ${paths.settingsKeys}`, roles },
  { route: `GET ${paths.settingsKeysNew}`, roles },
  { route: `POST ${paths.settingsKeysNew}`, roles, bad: { api_v3_key: 'x' } },
  { route: `GET ${paths.settingsOfficial}`, roles },
  { route: `POST ${paths.settingsOfficial}`, roles, bad: { what: 'push', original_id: 'x' } },
  { route: `GET ${paths.settingsEvents}`, roles },
  { route: `POST ${paths.settingsEvents}`, roles },
]
