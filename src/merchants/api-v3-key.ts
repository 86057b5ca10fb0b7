import { z } from 'zod'

/** Printed as a "suggested default" in a published set-up guide: anyone who has read it can forge notifications. */
const publishedKeys = new Set(['bda1890daa6cbf2ec632dd8c38a86444'])
/** 32 random letters and digits practically never have fewer different ones than this; a typed pattern often does. */
const differentCharactersAtLeast = 8

/** APIv3 key: exactly 32 letters and digits (docs/wechat/pay-v3.md 6), and not a published or simple one. */
export const apiV3Key = z
  .string()
  .regex(/^[0-9A-Za-z]{32}$/, 'must be exactly 32 letters and digits')
  .refine(
    (key) => !publishedKeys.has(key.toLowerCase()),
    'is known from published guides: set a random one in the merchant platform',
  )
  .refine(
    (key) => new Set(key).size >= differentCharactersAtLeast,
    'is too simple: set a random one in the merchant platform',
  )
