import { createHash } from 'node:crypto'
import type { StockPlan } from './read-plan.ts'

/** What is sent to make a stock, byte for byte, and its number. */
export type StockRequest = { outRequestNo: string; text: string }

/**
 * The request of a plan. Without a number of its own it gets one from what it says, in whatever order: the same plan is
 * the same stock, however often it is sent (docs/wechat/pay-v3.md 2.1).
 */
export function stockRequest({ out_request_no: given, ...plan }: StockPlan): StockRequest {
  const outRequestNo =
    given ?? `${plan.belong_merchant}-${createHash('sha256').update(inOrder(plan)).digest('hex').slice(0, 32)}`
  return { outRequestNo, text: JSON.stringify({ ...plan, out_request_no: outRequestNo }) }
}

/** The fields in which two requests differ, by their full names. */
export function differingFields(one: string, other: string): string[] {
  const [mine, theirs] = [leavesOf(JSON.parse(one)), leavesOf(JSON.parse(other))]
  return [...new Set([...mine.keys(), ...theirs.keys()])].filter((name) => mine.get(name) !== theirs.get(name))
}

function leavesOf(value: unknown, name = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[name, JSON.stringify(value)]])
  const inner = Object.entries(value).flatMap(([key, part]) => [...leavesOf(part, name ? `${name}.${key}` : key)])
  return new Map(inner)
}

function inOrder(value: unknown): string {
  return JSON.stringify([...leavesOf(value)].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
