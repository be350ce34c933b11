/** One pass through filters and an encoder; passes in a row are generations. */
export interface Pass {
  /** ffmpeg filters for the marked recording; a whole graph from [0:v] (and the backdrop [1:v]) when `backdrop` is set. */
  readonly filter?: string;
  /** Another, unmarked recording as a second input. */
  readonly backdrop?: true;
  readonly codec: Codec;
}

export interface Codec {
  /** Name of ffmpeg's encoder: the attack is reported as not run where it is missing. */
  readonly encoder: string;
  readonly args: readonly string[];
  readonly suffix?: 'mkv' | 'gif';
  /** Changes no sample: when it comes last it can be left out. */
  readonly lossless?: true;
}

/** What a screenshot of the received recording goes through. */
export interface Capture {
  /** Quality of a JPEG; PNG when absent. */
  readonly jpeg?: number;
  readonly scale?: number;
  readonly rotateDeg?: number;
  /** Share of the picture's area that is kept. */
  readonly cropArea?: number;
}

export type Attack =
  | { readonly kind: 'recording'; readonly name: string; readonly passes: readonly Pass[] }
  | { readonly kind: 'screenshot'; readonly name: string; readonly codec: Codec; readonly capture: Capture }
  /** side × side pictures of different sessions in one recording. */
  | { readonly kind: 'gallery'; readonly name: string; readonly side: 2 | 3; readonly codec: Codec };

const h264 = (...args: string[]): Codec => ({
  encoder: 'libx264',
  args: ['-c:v', 'libx264', '-preset', 'veryfast', ...args],
});
const LOSSLESS: Codec = {
  encoder: 'libx264',
  args: ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0'],
  lossless: true,
};
const quality = (crf: number): Codec => h264('-crf', String(crf));
const rate = (kbps: number): string[] => ['-b:v', `${kbps}k`, '-g', '3000'];
/** A meeting: no look-ahead, no key frames, a buffer of one second. */
const live = (kbps: number): Codec =>
  h264('-tune', 'zerolatency', ...rate(kbps), '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`);
const vpx = (encoder: 'libvpx' | 'libvpx-vp9', kbps: number): Codec => ({
  encoder,
  args: ['-c:v', encoder, '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', ...rate(kbps)],
});
const av1 = (kbps: number): Codec => ({
  encoder: 'libaom-av1',
  args: ['-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', ...rate(kbps)],
});
const gif: Codec = { encoder: 'gif', args: ['-c:v', 'gif'], suffix: 'gif' };

const once = (name: string, filter: string | null, codec: Codec): Attack => ({
  kind: 'recording',
  name,
  passes: [filter === null ? { codec } : { filter, codec }],
});
const twice = (name: string, first: Pass, second: Pass): Attack => ({
  kind: 'recording',
  name,
  passes: [first, second],
});
/** A corner of another, unmarked recording. */
const inset = (name: string, width: 384 | 256, codec: Codec): Attack => {
  const height = (width * 9) / 16;
  const place = `${1256 - width}:${696 - height}`;
  const filter = `[0:v]scale=${width}:${height}[picture];[1:v][picture]overlay=${place}:shortest=1`;
  return { kind: 'recording', name, passes: [{ filter, backdrop: true, codec }] };
};
const gallery = (name: string, side: 2 | 3, codec: Codec): Attack => ({
  kind: 'gallery',
  name,
  side,
  codec,
});
const shot = (name: string, codec: Codec, capture: Capture): Attack => ({
  kind: 'screenshot',
  name,
  codec,
  capture,
});

const CROP_10 = 'crop=1214:684:50:20';
const CROP_50 = 'crop=904:508:200:120';
const BRIGHTER = "lutyuv=y='clip(val*1.2,16,235)'";
/** A phone's view of a screen: a few degrees from the side, darker, blurred, noisy. */
const FILMED =
  'perspective=x0=50:y0=30:x1=1260:y1=8:x2=70:y2=706:x3=1238:y3=690:sense=destination,eq=contrast=.85:brightness=-.03,gblur=sigma=1,noise=alls=8:allf=t';

/** The suite: the 48 attacks of the prototype's study, then those added since. All sizes are for 1280×720 originals. */
export const ATTACKS: readonly Attack[] = [
  once('untouched', null, LOSSLESS),
  ...[23, 28, 33, 38].map((crf) => once(`H.264 crf ${crf}`, null, quality(crf))),
  ...[1200, 600, 300].map((kbps) => once(`H.264 live ${kbps}k`, null, live(kbps))),
  once('VP8 live 500k', null, vpx('libvpx', 500)),
  once('VP9 live 500k', null, vpx('libvpx-vp9', 500)),
  once('VP9 live 300k', null, vpx('libvpx-vp9', 300)),
  once('AV1 live 300k', null, av1(300)),
  once('360p', 'scale=640:360', LOSSLESS),
  once('240p', 'scale=426:240', LOSSLESS),
  once('240p and back', 'scale=426:240,scale=1280:720', LOSSLESS),
  once('360p H.264 live 500k', 'scale=640:360', live(500)),
  once('360p H.264 live 300k', 'scale=640:360', live(300)),
  once('360p VP8 live 300k', 'scale=640:360', vpx('libvpx', 300)),
  once('240p H.264 live 200k', 'scale=426:240', live(200)),
  once('180p H.264 live 150k', 'scale=320:180', live(150)),
  once('crop 10 %', CROP_10, LOSSLESS),
  once('crop 25 %', 'crop=1108:624:120:60', LOSSLESS),
  once('crop 50 %', CROP_50, LOSSLESS),
  once('crop 50 %, enlarged, crf 28', `${CROP_50},scale=1280:720`, quality(28)),
  once('crop to a quarter', 'crop=640:360:320:90', LOSSLESS),
  once('letterbox 1024×768, crf 28', 'scale=1024:576,pad=1024:768:0:96', quality(28)),
  once('×0.87', 'scale=1114:626', LOSSLESS),
  once('×1.33', 'scale=1702:958', LOSSLESS),
  once('×0.87, crf 28', 'scale=1114:626', quality(28)),
  once('brightness +20 %', BRIGHTER, LOSSLESS),
  once('brightness −20 %', "lutyuv=y='val*0.8'", LOSSLESS),
  once('gamma 1.5', 'eq=gamma=1.5', LOSSLESS),
  once('gamma 0.7', 'eq=gamma=0.7', LOSSLESS),
  once('contrast 0.7', 'eq=contrast=0.7', LOSSLESS),
  once('blur σ 2', 'gblur=sigma=2', LOSSLESS),
  once('blur σ 3', 'gblur=sigma=3', LOSSLESS),
  once('noise 20', 'noise=alls=20:allf=t:all_seed=1', LOSSLESS),
  once('noise 30, crf 28', 'noise=alls=30:allf=t:all_seed=1', quality(28)),
  once('rotated 2°', 'rotate=2*PI/180:ow=iw:oh=ih', LOSSLESS),
  once('rotated −1°, crf 28', 'rotate=-1*PI/180:ow=iw:oh=ih', quality(28)),
  once('mirrored, crf 28', 'hflip', quality(28)),
  once('15 fps, live 300k', 'fps=15', live(300)),
  twice('crf 28, then VP9 500k', { codec: quality(28) }, { codec: vpx('libvpx-vp9', 500) }),
  twice('live 600k, then 360p 300k', { codec: live(600) }, { filter: 'scale=640:360', codec: live(300) }),
  gallery('gallery 2×2', 2, LOSSLESS),
  gallery('gallery 2×2, crf 28', 2, quality(28)),
  gallery('gallery 3×3', 3, LOSSLESS),
  gallery('gallery 3×3, crf 28', 3, quality(28)),
  inset('inset of 30 % width', 384, LOSSLESS),
  inset('inset of 30 % width, crf 23', 384, quality(23)),
  inset('inset of 30 % width, crf 28', 384, quality(28)),
  inset('inset of 20 % width', 256, LOSSLESS),
  inset('inset of 20 % width, crf 23', 256, quality(23)),
  inset('inset of 20 % width, crf 28', 256, quality(28)),
  once('stretched to 4:3, crf 28', 'scale=960:720', quality(28)),
  once('crop to a quarter, crf 28', 'crop=640:360:320:90', quality(28)),
  once('filmed screen, crf 28', FILMED, quality(28)),
  once(
    'animated GIF 640×360',
    'fps=10,scale=640:360,split[a][b];[a]palettegen=max_colors=256[p];[b][p]paletteuse=dither=bayer',
    gif,
  ),
  shot('PNG of crf 28', quality(28), {}),
  ...[90, 70, 50, 30, 15].map((jpeg) => shot(`JPEG ${jpeg} of crf 28`, quality(28), { jpeg })),
  shot('×0.5, JPEG 50 of crf 28', quality(28), { scale: 0.5, jpeg: 50 }),
  shot('×0.87, JPEG 70 of crf 28', quality(28), { scale: 0.87, jpeg: 70 }),
  shot('×1.33, JPEG 70 of crf 28', quality(28), { scale: 1.33, jpeg: 70 }),
  shot('crop 50 %, JPEG 70 of crf 28', quality(28), { cropArea: 0.5, jpeg: 70 }),
  shot('1.3°, ×0.87, JPEG 70 of crf 28', quality(28), { rotateDeg: 1.3, scale: 0.87, jpeg: 70 }),
  shot('PNG of live 600k', live(600), {}),
  shot('×0.87, JPEG 70 of live 600k', live(600), { scale: 0.87, jpeg: 70 }),
  shot('PNG of live 300k', live(300), {}),
];

/** A few that together touch codec, rate, scale, crop, mirror, light, screenshots and galleries. */
const QUICK_NAMES: ReadonlySet<string> = new Set([
  'H.264 crf 28',
  '360p H.264 live 500k',
  'crop 25 %',
  'mirrored, crf 28',
  'brightness +20 %',
  'JPEG 70 of crf 28',
  'gallery 2×2',
]);
export const QUICK_ATTACKS: readonly Attack[] = ATTACKS.filter(({ name }) => QUICK_NAMES.has(name));

/** Every encoder that an attack needs. */
export function encodersOf(attack: Attack): string[] {
  const passes = attack.kind === 'recording' ? attack.passes : [attack];
  return passes.map(({ codec }) => codec.encoder);
}
