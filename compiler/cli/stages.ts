/** What `flatgrad inspect` prints a program as. */
export const stages = ["syntax", "graph", "gradient", "optimised", "program", "code"] as const;
export type Stage = (typeof stages)[number];
