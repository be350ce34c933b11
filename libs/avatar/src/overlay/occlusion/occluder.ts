import { FACE_VERTEX_COUNT, type I420Frame, type I420Planes } from '@guise/frame';
import { smoothstep, type FaceTopology } from '../../mesh/topology.js';
import { texturePositions } from '../texture.js';
import { LEARNING_FRAMES, WearerAppearance } from './appearance.js';
import { CellReader, createCellColours, type CellColours } from './cell-colours.js';
import { RegionFinder } from './regions.js';
import { atCells, createTexelGrid, GRID_SIDE, type TexelGrid } from './texel-grid.js';

/** Cells that face the camera less than this say nothing. */
const LEAST_FACING = 0.25;
/** A cell turned differently from when it was learnt is lit differently. */
const ROOM_PER_TURN = 5;
/** Features move on the face, and the mesh is least exact along its outline. */
const ROOM_AT_FEATURES = 1.5;
const ROOM_AT_OUTLINE = 1.5;
const FACING_FOLLOW = 0.03;
/** An object shows at once, and goes over some frames. */
const FALL = 0.35;
/** What stays on the face for so many frames (ten seconds at 25 a second) is taken for a part of it. */
const ACCEPTED_AFTER = 250;

/** What is before the wearer's face. */
export interface Occlusion {
  /** Something is. */
  readonly isAny: boolean;
  /** For each place of the grid, 0 face … 1 object. */
  readonly shares: Float32Array;
  /** For each vertex, 1 face … 0 object. */
  readonly visible: Float32Array;
  readonly grid: TexelGrid;
  /** What the camera shows at the grid's cells. */
  readonly seen: CellColours;
}

/** Finds what is before the wearer's face in a picture. */
export interface OcclusionFinder {
  /** The result is reused by the next call. */
  look(
    frame: I420Frame,
    planes: I420Planes,
    landmarks: Float32Array,
    facing: Float32Array,
    faceWidthPx: number,
  ): Occlusion;
  /** The track broke: where objects were is forgotten, what the face looks like is not. */
  reset(): void;
  /** Too much of the face seems hidden for too long: more likely the light is another one. */
  relearn(): void;
}

/**
 * Learns what the wearer's face looks like in its own coordinates and finds what differs from it: a hand, a microphone, a
 * strand of hair that was not there before. What is there from the start is taken for the face.
 */
export class AppearanceOccluder implements OcclusionFinder {
  private readonly grid = createTexelGrid();
  private readonly reader = new CellReader(this.grid);
  private readonly appearance = new WearerAppearance(this.grid);
  private readonly regions: RegionFinder;
  private readonly seen = createCellColours(this.grid);
  private readonly baseRoom: Float32Array;
  private readonly room: Float32Array;
  private readonly facing: Float32Array;
  private readonly usualFacing: Float32Array;
  private readonly distance: Float32Array;
  private readonly learnt: Float32Array;
  private readonly hiddenFor: Uint16Array;
  private readonly objects = new Uint8Array(GRID_SIDE * GRID_SIDE);
  private readonly shares = new Float32Array(GRID_SIDE * GRID_SIDE);
  private readonly visible = new Float32Array(FACE_VERTEX_COUNT).fill(1);
  private readonly vertexPlace: Uint16Array;

  constructor(topology: Pick<FaceTopology, 'toFeatureCm' | 'toOutlineCm'>) {
    const { grid } = this;
    const cells = (): Float32Array => new Float32Array(grid.count);
    this.room = cells();
    this.facing = cells();
    this.usualFacing = cells();
    this.distance = cells();
    this.learnt = cells();
    this.hiddenFor = new Uint16Array(grid.count);
    const [toFeature, toOutline] = [cells(), cells()];
    atCells(grid, topology.toFeatureCm, toFeature);
    atCells(grid, topology.toOutlineCm, toOutline);
    this.baseRoom = toFeature.map(
      (cm, i) =>
        1 +
        ROOM_AT_FEATURES * (1 - smoothstep(cm / 0.7)) +
        ROOM_AT_OUTLINE * (1 - smoothstep((toOutline[i] ?? 0) / 0.9)),
    );
    this.regions = new RegionFinder(grid, toOutline);
    const { us, vs } = texturePositions(GRID_SIDE);
    this.vertexPlace = Uint16Array.from(us, (u, i) => Math.floor(vs[i] ?? 0) * GRID_SIDE + Math.floor(u));
  }

  reset(): void {
    this.shares.fill(0);
    this.hiddenFor.fill(0);
  }

  relearn(): void {
    this.reset();
    this.appearance.restart();
  }

  look(
    frame: I420Frame,
    planes: I420Planes,
    landmarks: Float32Array,
    facing: Float32Array,
    faceWidthPx: number,
  ): Occlusion {
    this.reader.read(frame, planes, landmarks, faceWidthPx / GRID_SIDE, this.seen);
    atCells(this.grid, facing, this.facing);
    if (this.appearance.frames < LEARNING_FRAMES) this.objects.fill(0);
    else {
      this.findRoom();
      this.appearance.compare(this.seen, this.room, this.distance);
      this.regions.find(this.distance, this.shares, this.objects);
    }
    const isAny = this.follow();
    this.learn();
    return { isAny, shares: this.shares, visible: this.visible, grid: this.grid, seen: this.seen };
  }

  private findRoom(): void {
    for (let i = 0; i < this.grid.count; i++) {
      const facing = this.facing[i] ?? 0;
      const turn = Math.abs(facing - (this.usualFacing[i] ?? 0));
      this.room[i] = facing < LEAST_FACING ? 0 : (this.baseRoom[i] ?? 1) * (1 + ROOM_PER_TURN * turn);
    }
  }

  /** Eases the shares towards what was found. @returns whether any is left */
  private follow(): boolean {
    let most = 0;
    for (let place = 0; place < this.shares.length; place++) {
      const share = this.shares[place] ?? 0;
      const wanted = this.objects[place] ?? 0;
      const next = Math.max(wanted, share * (1 - FALL));
      this.shares[place] = next < 0.02 ? 0 : next;
      if (next > most) most = next;
    }
    for (let i = 0; i < FACE_VERTEX_COUNT; i++)
      this.visible[i] = 1 - (this.shares[this.vertexPlace[i] ?? 0] ?? 0);
    return most >= 0.02;
  }

  private learn(): void {
    const starts = this.appearance.frames < LEARNING_FRAMES;
    const facingFollow = starts ? 1 / (this.appearance.frames + 1) : FACING_FOLLOW;
    for (let i = 0; i < this.grid.count; i++) {
      const isHidden = (this.objects[this.grid.placeOf[i] ?? 0] ?? 0) > 0;
      this.countHidden(i, isHidden);
      const learnt = isHidden ? 0 : starts ? 1 : this.likeness(i);
      const usual = this.usualFacing[i] ?? 0;
      this.usualFacing[i] = usual + ((this.facing[i] ?? 0) - usual) * facingFollow * learnt;
      this.learnt[i] = learnt;
    }
    this.appearance.learn(this.seen, this.learnt);
  }

  /** How certainly a cell shows the face. */
  private likeness(i: number): number {
    if ((this.facing[i] ?? 0) < LEAST_FACING) return 0;
    return 1 - smoothstep(((this.distance[i] ?? 0) - 1) / 0.5);
  }

  /** Whatever would stay before the face for good is the face. */
  private countHidden(i: number, isHidden: boolean): void {
    const frames = isHidden ? (this.hiddenFor[i] ?? 0) + 1 : 0;
    if (frames >= ACCEPTED_AFTER) this.appearance.accept(this.seen, i);
    this.hiddenFor[i] = frames >= ACCEPTED_AFTER ? 0 : frames;
  }
}
