/** The addresses that a member is led to, relative to the host. Slugs and ids are plain ASCII by the schema's own checks. */
export const urls = {
  campaign: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}`,
  claims: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}/claims`,
  claimsResume: (merchant: string, campaign: string) => `/m/${merchant}/c/${campaign}/claims/resume`,
  grant: (merchant: string, grant: string) => `/m/${merchant}/grants/${grant}`,
  coupons: (merchant: string) => `/m/${merchant}/coupons`,
}
