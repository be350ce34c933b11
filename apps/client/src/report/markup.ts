/** HTML that is safe to put into a page: only `html` and `joinHtml` make it. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | readonly Html[];

/** Template tag: every value is escaped unless it is `Html` already. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: String.raw({ raw: literals }, ...parts.map(markupOf)) };
}

export function joinHtml(parts: readonly Html[]): Html {
  return { markup: parts.map(({ markup }) => markup).join('') };
}

/** Text that comes from this program alone, such as a style sheet. */
export const trustedMarkup = (markup: string): Html => ({ markup });

export const NOTHING: Html = { markup: '' };

function markupOf(part: Part): string {
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if (isList(part)) return part.map(({ markup }) => markup).join('');
  return part.markup;
}

const isList = (part: Html | readonly Html[]): part is readonly Html[] => Array.isArray(part);

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
