/**
 * How long a query to WeChat may take that an operator waits for. WeChat answers in some 100 ms, but the first query of a
 * process downloads certificates too, and a machine that has just started something else is slow.
 */
export const operatorTimeoutMs = 15_000
