export const INK = '#333';
export const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

export function svg(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

export const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
