// `{{HOME}}`, `{{PORT}}`, `{{NODE}}`, `{{NOW±ms}}` and `{{ISO±ms}}` in a case's texts.
export interface Places {
  readonly home: string;
  readonly port: number;
  /** ms since epoch */
  readonly now: number;
}

/** The value with all placeholders filled; a text that is only `{{NOW±ms}}` becomes a number. */
export function fill<T>(value: T, places: Places): T {
  return filled(value, places) as T;
}

function filled(value: unknown, places: Places): unknown {
  if (typeof value === "string") return fillText(value, places);
  if (Array.isArray(value)) return value.map((each) => filled(each, places));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    String(fillText(key, places)),
    filled(each, places),
  ]);
  return Object.fromEntries(entries);
}

function fillText(text: string, places: Places): string | number {
  const alone = /^\{\{NOW([+-]\d+)?\}\}$/.exec(text);
  if (alone) return places.now + Number(alone[1] ?? 0);
  return text.replaceAll(/\{\{(HOME|PORT|NODE|NOW|ISO)([+-]\d+)?\}\}/g, (_, name: string, by?: string) =>
    placeholder(name, Number(by ?? 0), places),
  );
}

function placeholder(name: string, by: number, { home, port, now }: Places): string {
  switch (name) {
    case "HOME":
      return home;
    case "PORT":
      return String(port);
    case "NODE":
      return process.execPath;
    case "ISO":
      return new Date(now + by).toISOString();
    default:
      return String(now + by);
  }
}
