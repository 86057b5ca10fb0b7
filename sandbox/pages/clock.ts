import { html, redirect } from '../http.ts'
import type { PageAct } from './page-routes.ts'

/** POST /sandbox/clock: moves the day forward, and returns to the till. */
export const moveDay: PageAct = (control, _request, form) => {
  const days = form.get('days') ?? ''
  if (!/^[1-9]\d{0,2}$/.test(days)) return html('', 400)
  try {
    control.moveForward(Number(days))
  } catch (error) {
    return html((error as Error).message, 400)
  }
  return redirect(`/sandbox/till?merchant=${encodeURIComponent(form.get('merchant') ?? '')}#clock`, 303)
}
