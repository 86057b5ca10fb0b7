import type { Db } from '../plumbing/storage/database.ts'
import { batched } from '../plumbing/storage/batched.ts'
import { type Reservation, reserve, type Reserved, reserveOnceChanged } from './reserve.ts'

type Reserve = (reservation: Reservation) => Promise<Reserved>

/**
 * Concurrent reservations share a commit. Reservations whose campaign is being changed wait for the end of that change
 * in a separate group, with one statement per campaign, so that the others neither wait nor run out of connections.
 */
export function openReserving(db: Db): Reserve {
  const atOnce = batched((reservations: Reservation[]) => reserve(db, reservations))
  const afterChange = new Map<number, Reserve>()
  return async (reservation) => {
    const reserved = await atOnce(reservation)
    if (reserved.kind !== 'being_changed') return reserved
    const { campaignId } = reservation.grant
    const waiting = afterChange.get(campaignId) ?? batched((group: Reservation[]) => reserveOnceChanged(db, group))
    afterChange.set(campaignId, waiting)
    return waiting(reservation)
  }
}
