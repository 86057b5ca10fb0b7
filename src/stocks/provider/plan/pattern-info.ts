import { z } from 'zod'
import { plainText, textUpTo, widthOf } from './fields.ts'

const colors = ['010', '020', '030', '040', '050', '060', '070', '080', '081', '082', '090', '100', '101', '102']
const targets = ['PAYMENT_CODE', 'MINI_PROGRAM', 'DEFAULT_PAGE'] as const

/** WeChat's addresses of pictures have at most this length (docs/wechat/pay-v3.md 2.15). */
const picture = z
  .string('must be the address that stock image prints')
  .max(256, 'must be at most 256 characters long')
  .regex(/^https?:\/\/\S+$/, 'must be the address that stock image prints')

/** How the coupon looks and where its button leads (docs/wechat/pay-v3.md 2.1). */
export const patternInfo = z.strictObject({
  description: textUpTo(1_000),
  merchant_logo: picture.optional(),
  merchant_name: plainText
    .refine((name) => widthOf(name, 3) <= 36, 'must be at most 12 Chinese characters, or 36 letters')
    .optional(),
  background_color: z
    .enum(
      colors.map((color) => `COLOR${color}`) as [string, ...string[]],
      `must be COLOR and one of ${colors.join(', ')}`,
    )
    .optional(),
  coupon_image: picture.optional(),
  jump_target: z.enum(targets, `must be one of ${targets.join(', ')}`).optional(),
  mini_program_appid: z
    .string('must be text')
    .regex(/^wx[0-9a-zA-Z]{16}$/, 'must be wx and 16 letters and digits')
    .optional(),
  mini_program_path: textUpTo(128).optional(),
})
