import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseCamera, listCameras, parseAvfoundation, parseDirectShow } from './cameras.js';

const CAMERAS = [
  { device: '/dev/video0', name: 'Integrated Camera: Integrated C' },
  { device: '/dev/video2', name: 'Logitech BRIO' },
];

describe('the cameras of a machine', () => {
  it('on Linux are the first node of each driver, in order', async () => {
    const sysfs = await mkdtemp(join(tmpdir(), 'guise-sysfs-'));
    for (const [node, name, index] of [
      ['video10', 'Logitech BRIO', '0'],
      ['video0', 'Integrated Camera', '0'],
      ['video1', 'Integrated Camera', '1'],
      ['v4l-subdev0', 'sensor', '0'],
    ] as const) {
      await mkdir(join(sysfs, node));
      await writeFile(join(sysfs, node, 'name'), `${name}\n`);
      await writeFile(join(sysfs, node, 'index'), `${index}\n`);
    }
    expect(await listCameras({ platform: 'linux', sysfs })).toEqual([
      { device: '/dev/video0', name: 'Integrated Camera' },
      { device: '/dev/video10', name: 'Logitech BRIO' },
    ]);
    await rm(sysfs, { recursive: true });
    expect(await listCameras({ platform: 'linux', sysfs })).toEqual([]);
  });

  it('on macOS are listed by avfoundation before the microphones', () => {
    const text = [
      '[AVFoundation indev @ 0x7f8] AVFoundation video devices:',
      '[AVFoundation indev @ 0x7f8] [0] FaceTime HD Camera',
      '[AVFoundation indev @ 0x7f8] [1] Capture screen 0',
      '[AVFoundation indev @ 0x7f8] AVFoundation audio devices:',
      '[AVFoundation indev @ 0x7f8] [0] MacBook Pro Microphone',
    ].join('\n');
    expect(parseAvfoundation(text)).toEqual([
      { device: '0', name: 'FaceTime HD Camera' },
      { device: '1', name: 'Capture screen 0' },
    ]);
  });

  it('on Windows are listed by DirectShow, by newer and older ffmpegs', () => {
    const newer = [
      '[dshow @ 000001] "Integrated Camera" (video)',
      '[dshow @ 000001]   Alternative name "@device_pnp_\\\\?\\usb#vid"',
      '[dshow @ 000001] "Microphone (Realtek)" (audio)',
    ].join('\r\n');
    const older = [
      '[dshow @ 000001] DirectShow video devices (some may be both video and audio devices)',
      '[dshow @ 000001]  "Integrated Camera"',
      '[dshow @ 000001]     Alternative name "@device_pnp_\\\\?\\usb#vid"',
      '[dshow @ 000001] DirectShow audio devices',
      '[dshow @ 000001]  "Microphone (Realtek)"',
    ].join('\r\n');
    for (const text of [newer, older])
      expect(parseDirectShow(text)).toEqual([{ device: 'Integrated Camera', name: 'Integrated Camera' }]);
  });
});

describe('the camera that is meant', () => {
  it.each([
    [null, 0],
    ['/dev/video2', 1],
    ['video2', 1],
    ['1', 1],
    ['brio', 1],
    ['Logitech BRIO', 1],
  ])('%s', (wanted, index) => {
    expect(chooseCamera(CAMERAS, wanted)).toBe(CAMERAS[index]);
  });

  it.each(['2', 'i', 'obs', '/dev/video7'])(
    'is none for %s, and those that there are are listed',
    (wanted) => {
      expect(() => chooseCamera(CAMERAS, wanted)).toThrow(/Integrated.*\/dev\/video0.*BRIO/);
    },
  );

  it('is none where there is none', () => {
    expect(() => chooseCamera([], null)).toThrow('no camera');
  });
});
