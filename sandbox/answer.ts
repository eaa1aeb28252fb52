// An answer before it is put into a protocol's words.

export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** ms since epoch */
  readonly createdAt: number;
}

/** One server-sent event. */
export interface Frame {
  readonly event?: string;
  readonly data: object | string;
}

export const renderFrame = ({ event, data }: Frame): string =>
  `${event ? `event: ${event}\n` : ""}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

/** Words with the space before them, as models send them. */
export const piecesOf = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

/** Roughly, as everybody guesses it. */
export const tokensIn = (text: string): number => Math.ceil(text.length / 4);
