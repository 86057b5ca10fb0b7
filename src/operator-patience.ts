/**
 * How long a query to WeChat may take while an operator waits. WeChat answers in about 100 ms, but the first query of a
 * process also downloads certificates, and a machine that has just started something else is slow.
 */
export const operatorTimeoutMs = 15_000
