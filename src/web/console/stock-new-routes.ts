import type { RouteTable } from '../shell/route-table.ts'
import { allowedHere, freshCode } from './middleware/allowed.ts'
import { form, formUpTo } from './middleware/form.ts'
import { merchantOf } from './middleware/merchant-of.ts'
import { providerOf } from './middleware/provider-of.ts'
import { signedIn } from './middleware/signed-in.ts'
import * as account from './pages/account.ts'
import * as create from './pages/stock-new/create.ts'
import * as stocksNew from './pages/stock-new/many.ts'
import * as stockNew from './pages/stock-new/new.ts'
import * as madeStocks from './pages/stocks/made-list.ts'
import { consolePaths as paths } from './paths.ts'

/** A thousand Chinese characters of 使用说明, as a form sends them, and the other fields. */
const stockLimitBytes = 24_576

/** + 创建pay券 of one merchant, 批次管理 of one provider, and the keys that lead to pages. */
export function addNewStockRoutes({ get, post }: Pick<RouteTable, 'get' | 'post'>): void {
  const [keeper, maker, stockForm] = [
    allowedHere('keep_stocks'),
    allowedHere('act_at_wechat'),
    formUpTo(stockLimitBytes),
  ]
  get(paths.stockNew, signedIn, merchantOf, keeper, stockNew.show)
  post(paths.stockNew, signedIn, stockForm, merchantOf, keeper, stockNew.send)
  get(paths.stockCreate, signedIn, merchantOf, maker, freshCode, create.show)
  post(paths.stockCreate, signedIn, stockForm, merchantOf, maker, freshCode, create.send)

  get(paths.providerStocks, signedIn, providerOf, allowedHere('look'), madeStocks.show)
  get(paths.providerStockNew, signedIn, providerOf, keeper, stocksNew.show)
  post(paths.providerStockNew, signedIn, stockForm, providerOf, keeper, stocksNew.send)

  post(paths.accountKeys, signedIn, form, account.switchKeys)
}
