import { Router } from '@koa/router'
import type { Context, Guard, Handler, Routed, State } from './context.ts'

/**
 * A row of the route table: an address, its guards in the order they run, and what answers. It compiles only where each
 * step finds on `ctx.state` what it needs from those before it.
 */
type Row = {
  (path: string, answer: Handler): void
  <A extends State>(path: string, a: Guard<State, A>, answer: Handler<A>): void
  <A extends State, B extends State>(path: string, a: Guard<State, A>, b: Guard<A, B>, answer: Handler<A & B>): void
  <A extends State, B extends State, C extends State>(
    path: string,
    a: Guard<State, A>,
    b: Guard<A, B>,
    c: Guard<A & B, C>,
    answer: Handler<A & B & C>,
  ): void
  <A extends State, B extends State, C extends State, D extends State>(
    path: string,
    a: Guard<State, A>,
    b: Guard<A, B>,
    c: Guard<A & B, C>,
    d: Guard<A & B & C, D>,
    answer: Handler<A & B & C & D>,
  ): void
}

/** A router, and the two ways to write a row of it. */
export type RouteTable = { router: Router<State, Routed>; get: Row; post: Row }

/** An empty route table. */
export function openRouteTable(): RouteTable {
  const router = new Router<State, Routed>()
  return {
    router,
    get: (path: string, ...steps: Step[]) => void router.get(path, ...steps),
    post: (path: string, ...steps: Step[]) => void router.post(path, ...steps),
  }
}

/** Any step, whatever it needs: its row was checked. TypeScript holds a method's parameters to less than a function's. */
type Step = { run(ctx: Context, next: () => Promise<unknown>): unknown }['run']
