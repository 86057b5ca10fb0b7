import { consolePaths as paths } from '../../../src/web/console/paths.ts'

const [owner, keepers] = [['owner'], ['owner', 'operator']]

/** The routes of + 创建pay券, 批次管理 and the keys, as routes.test.ts has its rows. */
export const stockNewRows = [
  { route: `GET ${paths.stockNew}`, roles: keepers },
  { route: `POST ${paths.stockNew}`, roles: keepers },
  { route: `GET ${paths.stockCreate}`, roles: owner },
  { route: `POST ${paths.stockCreate}`, roles: owner },
  { route: `GET ${paths.providerStocks}` },
  { route: `GET ${paths.providerStockNew}` },
  { route: `POST ${paths.providerStockNew}` },
  { route: `POST ${paths.accountKeys}` },
]
