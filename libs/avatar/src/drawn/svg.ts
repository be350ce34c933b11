import type { Point } from './face-shape.js';

/** SVG 1.1 markup; lengths are centimetres of the head. */
export type Markup = string;

/** One number, short and the same everywhere. */
export function n(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** A closed smooth curve through points (Catmull-Rom as cubic Béziers). */
export function closedCurve(points: readonly Point[]): string {
  return `${curve(points, true)}Z`;
}

/** An open smooth curve through points. */
export function openCurve(points: readonly Point[]): string {
  return curve(points, false);
}

function curve(points: readonly Point[], closed: boolean): string {
  const count = points.length;
  const at = (i: number): Point =>
    points[closed ? (i + count) % count : Math.max(0, Math.min(count - 1, i))] ?? [0, 0];
  const spans = closed ? count : count - 1;
  let path = `M${n(at(0)[0])} ${n(at(0)[1])}`;
  for (let i = 0; i < spans; i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const handle = (axis: 0 | 1): readonly [string, string, string] => [
      n(p1[axis] + (p2[axis] - p0[axis]) / 6),
      n(p2[axis] - (p3[axis] - p1[axis]) / 6),
      n(p2[axis]),
    ];
    const [x, y] = [handle(0), handle(1)];
    path += `C${x[0]} ${y[0]} ${x[1]} ${y[1]} ${x[2]} ${y[2]}`;
  }
  return path;
}

/** A closed band around a line, as wide as `half` says at each of its points. */
export function ribbon(line: readonly Point[], half: readonly number[]): string {
  const side = (sign: 1 | -1): readonly Point[] =>
    line.map(([x, y], i) => {
      const [ax, ay] = line[Math.max(0, i - 1)] ?? [0, 0];
      const [bx, by] = line[Math.min(line.length - 1, i + 1)] ?? [0, 0];
      const length = Math.hypot(bx - ax, by - ay) || 1;
      const reach = (sign * (half[i] ?? 0)) / length;
      return [x - (by - ay) * reach, y + (bx - ax) * reach];
    });
  return closedCurve([...side(1), ...[...side(-1)].reverse()]);
}

export function path(d: string, fill: string, more = ''): Markup {
  return `<path d="${d}" fill="${fill}" ${more}/>`;
}

export function stroke(d: string, colour: string, width: number, more = ''): Markup {
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`;
}

export function ellipse([x, y]: Point, rx: number, ry: number, fill: string, more = ''): Markup {
  return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" ${more}/>`;
}

type Stop = readonly [offset: number, colour: string, opacity?: number];

const stops = (of: readonly Stop[]): string =>
  of
    .map(
      ([offset, colour, opacity = 1]) =>
        `<stop offset="${n(offset)}" stop-color="${colour}" stop-opacity="${n(opacity)}"/>`,
    )
    .join('');

export function linear(id: string, from: Point, to: Point, of: readonly Stop[]): Markup {
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${n(from[0])}" y1="${n(from[1])}" x2="${n(to[0])}" y2="${n(to[1])}">${stops(of)}</linearGradient>`;
}

export function radial(id: string, centre: Point, radius: number, of: readonly Stop[]): Markup {
  return `<radialGradient id="${id}" gradientUnits="userSpaceOnUse" cx="${n(centre[0])}" cy="${n(centre[1])}" r="${n(radius)}">${stops(of)}</radialGradient>`;
}

/** A clip path made of one outline. */
export function clip(id: string, d: string): Markup {
  return `<clipPath id="${id}"><path d="${d}"/></clipPath>`;
}

/** Draws `content` cut by a clip path. */
export function within(clipId: string, content: Markup): Markup {
  return `<g clip-path="url(#${clipId})">${content}</g>`;
}

/** Four arcs as a path. */
export function oval([x, y]: Point, rx: number, ry: number): string {
  const [kx, ky] = [rx * 0.5523, ry * 0.5523];
  const arc = (points: readonly Point[]): string =>
    `C${points.map(([px, py]) => `${n(px)} ${n(py)}`).join(' ')}`;
  return [
    `M${n(x - rx)} ${n(y)}`,
    arc([
      [x - rx, y - ky],
      [x - kx, y - ry],
      [x, y - ry],
    ]),
    arc([
      [x + kx, y - ry],
      [x + rx, y - ky],
      [x + rx, y],
    ]),
    arc([
      [x + rx, y + ky],
      [x + kx, y + ry],
      [x, y + ry],
    ]),
    arc([
      [x - kx, y + ry],
      [x - rx, y + ky],
      [x - rx, y],
    ]),
    'Z',
  ].join('');
}

/** A filled outline with edges blurred by `cm`. */
export function soft(cm: number, d: string, fill: string, opacity = 1): Markup {
  return blurred(cm, d, 0, path(d, fill), opacity);
}

/** A line with edges blurred by `cm`. */
export function softLine(cm: number, d: string, colour: string, width: number, opacity = 1): Markup {
  return blurred(cm, d, width / 2, stroke(d, colour, width), opacity);
}

/** The filter works on what it must only: over whole pictures it would take minutes. */
function blurred(cm: number, d: string, beyondCm: number, content: Markup, opacity: number): Markup {
  // All curves here are absolute moves and Béziers: their numbers are x and y in turns.
  const numbers = (d.match(/-?[\d.]+/g) ?? []).map(Number);
  const side = (axis: 0 | 1): readonly [from: number, length: number] => {
    const values = numbers.filter((_, i) => i % 2 === axis);
    const margin = 3 * cm + beyondCm;
    const from = Math.min(...values) - margin;
    return [from, Math.max(...values) + margin - from];
  };
  const [[x, width], [y, height]] = [side(0), side(1)];
  const box = [x, y, width, height].map(n);
  const id = `blur_${[n(cm), ...box].join('_')}`;
  const [fx = '', fy = '', fw = '', fh = ''] = box;
  return (
    `<filter id="${id}" color-interpolation-filters="sRGB" filterUnits="userSpaceOnUse" x="${fx}" y="${fy}" width="${fw}" height="${fh}"><feGaussianBlur stdDeviation="${n(cm)}"/></filter>` +
    `<g filter="url(#${id})" opacity="${n(opacity)}">${content}</g>`
  );
}
