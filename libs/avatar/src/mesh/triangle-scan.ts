/** Widens every span a little so that neighbours leave no crack between them. */
const OVERLAP_PX = 0.02;
/** Triangles of less than half this area, in square pixels, are not drawn. */
const LEAST_DOUBLE_AREA = 1e-4;

/**
 * Which pixels a triangle covers, row by row. Positions are continuous, pixel centres at half-integers; triangles are cut
 * at the grid's border. One object serves all triangles of a picture: a hot loop, hence mutable.
 */
export class TriangleScan {
  /** Rows that may be covered: `top` ≤ y ≤ `bottom`. */
  top = 0;
  bottom = -1;
  /** Pixels of the row asked for last: `first` ≤ x ≤ `last`. */
  first = 0;
  last = -1;
  /** Twice the signed area. */
  area = 0;
  private ax = 0;
  private ay = 0;
  private bx = 0;
  private by = 0;
  private cx = 0;
  private cy = 0;
  private left = Infinity;
  private right = -Infinity;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  /** Takes the next triangle. @returns false when it has no area to draw */
  start(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): boolean {
    this.ax = ax;
    this.ay = ay;
    this.bx = bx;
    this.by = by;
    this.cx = cx;
    this.cy = cy;
    this.area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    this.top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    this.bottom = Math.min(this.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    return this.area <= -LEAST_DOUBLE_AREA || this.area >= LEAST_DOUBLE_AREA;
  }

  /** Finds `first` and `last` of a row. @returns false when no pixel of it is covered */
  row(y: number): boolean {
    const py = y + 0.5;
    this.left = Infinity;
    this.right = -Infinity;
    this.cross(this.ax, this.ay, this.bx, this.by, py);
    this.cross(this.bx, this.by, this.cx, this.cy, py);
    this.cross(this.cx, this.cy, this.ax, this.ay, py);
    this.first = Math.max(0, Math.ceil(this.left - 0.5 - OVERLAP_PX));
    this.last = Math.min(this.width - 1, Math.floor(this.right - 0.5 + OVERLAP_PX));
    return this.first <= this.last;
  }

  private cross(ax: number, ay: number, bx: number, by: number, py: number): void {
    if (ay <= py === by <= py) return;
    const x = ax + ((py - ay) / (by - ay)) * (bx - ax);
    if (x < this.left) this.left = x;
    if (x > this.right) this.right = x;
  }
}
