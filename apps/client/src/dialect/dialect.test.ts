import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError } from '../cli-error.js';
import { chooseProcessors, interpretConfig } from './facefusion.js';
import { parseIni, splitList } from './ini.js';

/** As FaceFusion ships it: sections, empty values, keys of every part. */
const FACEFUSION_INI = `
[paths]
temp_path =
source_paths = me.guise "with blank.guise"
target_path = in.mp4
output_path = "out file.mp4"

[face_detector]
face_detector_model = yolo_face
; a comment
[processors]
processors = face_swapper face_enhancer
face_swapper_model = inswapper_128

[execution]
execution_providers = cpu cuda
execution_thread_count = 8
# of Guise
[guise]
purpose: meeting
`;

describe('config file', () => {
  it('reads what FaceFusion writes', () => {
    const file = interpretConfig(parseIni(FACEFUSION_INI, 'facefusion.ini'), 'facefusion.ini');
    expect(file.values).toEqual({
      source_paths: ['me.guise', 'with blank.guise'],
      target_path: ['in.mp4'],
      output_path: ['out file.mp4'],
      processors: ['face_swapper', 'face_enhancer'],
      execution_providers: ['cpu', 'cuda'],
      purpose: ['meeting'],
    });
    expect(file.withoutEffect).toEqual([
      'face_detector_model',
      'face_swapper_model',
      'execution_thread_count',
    ]);
  });

  it.each([
    ['a misspelt key', 'targt_path = x', /line 1: unknown key targt_path/],
    ['a line that is none', '[paths]\nnonsense', /line 2/],
    ['a key given twice', 'purpose = meeting\npurpose = training', /set in line 1 already/],
  ])('refuses %s and says where', (_, text, message) => {
    expect(() => interpretConfig(parseIni(text, 'f.ini'), 'f.ini')).toThrow(message);
  });

  it('takes any text without a crash', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.stringMatching(/^[a-z[\]=:;# "\n-]*$/)).map((lines) => lines.join('\n')),
        ),
        (text) => {
          try {
            for (const { key, value } of parseIni(text, 'f')) {
              expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
              expect(value).not.toBe('');
            }
          } catch (error) {
            expect(error).toBeInstanceOf(CliError);
          }
        },
      ),
    );
    expect(() => parseIni('a'.repeat(70_000), 'f')).toThrow(CliError);
  });

  it('splits lists as written', () => {
    expect(splitList('a  "b c"\td""')).toEqual(['a', 'b c', 'd""']);
  });
});

describe('processors', () => {
  it('has the swapper, skips what needs a model, refuses the unknown', () => {
    expect(chooseProcessors(['face_swapper', 'face_enhancer']).skipped).toEqual(['face_enhancer']);
    expect(chooseProcessors(['face_swapper', 'face_enhancer', 'frame_enhancer'], true).skipped).toEqual([
      'frame_enhancer',
    ]);
    expect(() => chooseProcessors(['face_enhancer'])).toThrow(/must include/);
    expect(() => chooseProcessors(['face_swapper', 'age_modifier'])).toThrow(/unknown processor/);
  });
});
