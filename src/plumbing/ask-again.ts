/** This cannot be decided at the moment; the caller tries again shortly. It is a normal race, not a fault. */
export class AskAgain extends Error {}
