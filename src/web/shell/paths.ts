/** Every address of this release, as the router matches it (docs/merchant/addresses.md). */
export const paths = {
  root: '/',
  campaign: '/m/:merchant/c/:campaign',
  claims: '/m/:merchant/c/:campaign/claims',
  claimsResume: '/m/:merchant/c/:campaign/claims/resume',
  grant: '/m/:merchant/grants/:grant',
  coupons: '/m/:merchant/coupons',
  cardOpened: '/m/:merchant/card-opened',
  paid: '/m/:merchant/paid',
  oauthCallback: '/oauth/:merchant/callback',
  domainVerification: '/MP_verify_:name.txt',
  officialAccountPush: '/notify/:merchant/oa',
  payNotification: '/notify/:merchant/pay/:mchid',
  events: '/api/:merchant/events',
  asset: '/assets/:file',
  healthz: '/healthz',
  readyz: '/readyz',
  metrics: '/metrics',
} as const

/** The same addresses filled in, relative to the host. Slugs and ids are plain ASCII by the schema's own checks. */
export const urls = {
  campaign: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}`,
  claims: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}/claims`,
  claimsResume: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}/claims/resume`,
  grant: (merchant: string, grant: string) => `/m/${merchant}/grants/${grant}`,
  coupons: (merchant: string) => `/m/${merchant}/coupons`,
}
