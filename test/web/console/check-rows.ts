import { consolePaths as paths } from '../../../src/web/console/paths.ts'

/** The rows of `routes.test.ts` for 检查, 试算 and the preview; who may name a member is in `check.test.ts`. */
export const checkRows = [
  { route: `GET ${paths.campaignCheck}` },
  { route: `GET ${paths.campaignTry}` },
  { route: `GET ${paths.campaignPreview}` },
]
