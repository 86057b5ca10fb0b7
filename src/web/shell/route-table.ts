import { Router } from '@koa/router'
import type { Context, Guard, Handler, Routed, State } from './context.ts'

/**
 * A row of the route table: an address, its guards in the order in which they run, and the handler. It compiles only if
 * each step finds on `ctx.state` what it needs from the steps before.
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
  <A extends State, B extends State, C extends State, D extends State, E extends State>(
    path: string,
    a: Guard<State, A>,
    b: Guard<A, B>,
    c: Guard<A & B, C>,
    d: Guard<A & B & C, D>,
    e: Guard<A & B & C & D, E>,
    answer: Handler<A & B & C & D & E>,
  ): void
}

/**
 * A router, and the functions that add a row to it. `getOrHead`: for an address that only tells what is there; at all
 * others HEAD is refused, because a GET there does something: it sets cookies, asks WeChat, makes an award.
 */
export type RouteTable = { router: Router<State, Routed>; get: Row; getOrHead: Row; post: Row }

/** An empty route table. */
export function openRouteTable(): RouteTable {
  const router = new Router<State, Routed>()
  return {
    router,
    get(path: string, ...steps: Step[]) {
      const [row] = router.get(path, ...steps).stack.slice(-1)
      // The router adds HEAD to every GET by itself.
      if (row) row.methods = row.methods.filter((method) => method !== 'HEAD')
    },
    getOrHead: (path: string, ...steps: Step[]) => void router.get(path, ...steps),
    post: (path: string, ...steps: Step[]) => void router.post(path, ...steps),
  }
}

/**
 * Any step, with any needs: the type of its row was checked. It is written as a method because TypeScript checks a
 * method's parameters less strictly than a function's.
 */
type Step = { run(ctx: Context, next: () => Promise<unknown>): unknown }['run']
