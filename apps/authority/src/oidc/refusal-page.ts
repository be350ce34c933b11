import { REFUSAL_TEXTS, type RefusalCode } from './refusals.js';

/** The page of a sign-in that failed: fixed texts by code, no script, nothing of the request. */
export function renderRefusal(code: RefusalCode, traceId: string): string {
  const { title, advice } = REFUSAL_TEXTS[code];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not signed in · Guise</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml"><link rel="stylesheet" href="/assets/guise.css">
</head>
<body>
<header class="masthead"><a href="/"><img src="/assets/mark.svg" alt="Guise, start page" width="48" height="48"></a>
<div><h1>Not signed in</h1><p>Nothing was changed.</p></div></header>
<main><section class="cards"><article class="card wide">
<h2>${title}</h2>
<p>${advice}</p>
<p><a href="/account">Back to the sign-in page</a></p>
<p class="note">Reason <code>${code}</code>, number <code>${traceId}</code></p>
</article></section></main>
</body>
</html>
`;
}
