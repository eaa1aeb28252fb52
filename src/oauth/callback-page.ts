// The page that the browser shows when it comes back. It holds nothing of what came with it.

export type PageKind = "done" | "failed" | "refused";

const PAGES: Readonly<
  Record<PageKind, { readonly status: number; readonly title: string; readonly text: string }>
> = {
  done: {
    status: 200,
    title: "The login came through",
    text: "You can close this page and go back to the terminal.",
  },
  failed: {
    status: 400,
    title: "The login did not work",
    text: "Nothing was changed. The terminal says why; you can close this page.",
  },
  refused: {
    status: 403,
    title: "This is not for this login",
    text: "Nothing was changed. Go back to the terminal, and start the login there again.",
  },
};

const STYLE =
  ":root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:18vh auto;padding:0 1.5rem}h1{font-size:1.6rem}";

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function callbackPage(kind: PageKind): Page {
  const { status, title, text } = PAGES[kind];
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      // The address of this page holds the code: nothing may take it further.
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      connection: "close",
    },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`,
  };
}
