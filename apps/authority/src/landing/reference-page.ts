import type { OpenAPIObject } from '@nestjs/swagger';

const METHODS = ['get', 'post', 'put', 'delete'] as const;

/** The API reference as a plain page: no script, no external asset. */
export function renderReference(document: OpenAPIObject): string {
  const rows = Object.entries(document.paths)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        return operation === undefined
          ? []
          : [row(method, path, operation.summary ?? '', operation.description ?? '')];
      }),
    );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guise API reference</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml"><link rel="stylesheet" href="/assets/guise.css">
</head>
<body>
<header class="masthead"><a href="/"><img src="/assets/mark.svg" alt="Guise, start page" width="48" height="48"></a>
<div><h1>API reference</h1><p>Schemas are in <a href="/openapi.json">openapi.json</a>; errors are RFC 9457 problem details.</p></div></header>
<main><table class="routes"><thead><tr><th scope="col">Route</th><th scope="col">What it does</th><th scope="col">Who may call it</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></main>
</body>
</html>
`;
}

function row(method: string, path: string, summary: string, permission: string): string {
  const who = permission.replace(/^Permission: (.*)\.$/, '$1');
  return `<tr><td><code>${method.toUpperCase()} ${escapeHtml(path)}</code></td><td>${escapeHtml(summary).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</td><td>${escapeHtml(who)}</td></tr>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
