import { generateSync } from 'otplib'
import { timeOfPhones } from '../../src/plumbing/clock.ts'
import { createOperator } from '../../src/operators/create.ts'
import { acceptLink } from '../../src/operators/joining.ts'
import type { Offer } from '../../src/operators/memberships.ts'
import { membershipsOf, type Person } from '../../src/operators/rights/person.ts'
import { everywhere } from '../../src/operators/rights/scope.ts'
import { seedToShow, setAuthenticator } from '../../src/operators/set-authenticator.ts'
import { type Client, findSession, type Session } from '../../src/operators/sessions.ts'
import type { Services } from '../../src/services.ts'
import type { MovableClock } from './clock.ts'

/** Of every operator in tests. */
export const password = 'a long walk by the river'

/** A browser that nobody knows. */
export const stranger: Client = { address: '192.0.2.7', agent: 'Chrome/140.0', device: undefined }

/** An operator who has signed in, with what their browser and their phone hold. */
export type Staff = {
  email: string
  seed: string
  /** Of the session and of the browser. */
  token: string
  device: string
  recoveryCodes: string[]
  /** The session as it is now. Throws when it has ended. */
  session(): Promise<Session>
  person(): Promise<Person>
  /** A code that was not used before: the clock goes on to the next step. */
  code(): string
}

/** Makes an operator as the command and the link do: with a password, an authenticator and a session. */
export async function aStaff(
  services: Services & { clock: MovableClock },
  email: string,
  offer: Partial<Offer> = {},
): Promise<Staff> {
  const link = await createOperator(services, { email, password, offer: { ...everywhere, role: 'owner', ...offer } })
  const begun = await acceptLink(services, link, { email, password }, stranger)
  const setUp = (await findSession(services, begun))!
  const seed = (await seedToShow(services, setUp))!
  const shown = (await findSession(services, begun))!
  const entered = await setAuthenticator(services, shown, codeOf(seed, timeOfPhones(services.clock)), stranger)
  async function session() {
    const found = await findSession(services, entered.token)
    if (!found) throw new Error('the session has ended')
    return found
  }
  return {
    ...entered,
    email,
    seed,
    session,
    async person() {
      const { operator, code_at } = await session()
      const { id, name } = operator
      const memberships = await membershipsOf(services.db, id)
      return { operatorId: id, email, name, memberships, codeAt: code_at ?? undefined, address: stranger.address }
    },
    code() {
      services.clock.advance(30_000)
      return codeOf(seed, services.clock.now())
    },
  }
}

/** The code that an authenticator with this seed shows at a time. */
export function codeOf(seed: string, at: Date): string {
  return generateSync({ secret: seed, epoch: Math.floor(at.getTime() / 1_000) })
}
