import type { Guard } from '../../shell/context.ts'
import { readUpload } from '../../shell/upload-fields.ts'
import type { Uploaded, VisitorState } from '../state.ts'
import { refuseFromElsewhere, takeForm } from './form.ts'

/** WeChat's zip of a certificate has less than 10 kB. */
const uploadLimitBytes = 65_536

/** As the form guard, for a form that may bring files: their bytes are in `ctx.state.files`, never on disk. */
export const upload: Guard<VisitorState, VisitorState & Uploaded> = async (ctx, next) => {
  refuseFromElsewhere(ctx)
  const { fields, files } = await readUpload(ctx, uploadLimitBytes)
  takeForm(ctx, fields)
  ctx.state.files = files
  return next()
}
