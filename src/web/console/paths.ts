/** Every address of the console, as the router matches it. */
export const consolePaths = {
  kit: '/console/_ui',
} as const
