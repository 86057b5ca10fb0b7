import type { Handler } from '../../../shell/context.ts'
import type { MerchantState } from '../../state.ts'
import { namedStock } from './named-stock.ts'
import { renderStock } from './stock-view.ts'

/** `GET /console/m/{slug}/stocks/{stock}`: whether it can be sent, and what happened. */
export const show: Handler<MerchantState> = async (ctx) => renderStock(ctx, await namedStock(ctx))
