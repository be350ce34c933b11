import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOperatorCommand, UsageError } from './parse-command.js';

const PERSON = `per_${'a'.repeat(26)}`;

describe('what an operator types', () => {
  it.each([
    [['show'], { name: 'show' }],
    [
      ['rotate-key', 'permit', 'planned'],
      { name: 'rotate-key', use: 'permit', reason: 'planned', confirm: null },
    ],
    [
      ['rotate-key', 'access-token', 'compromised', '--confirm', 'kid'],
      { name: 'rotate-key', use: 'access-token', reason: 'compromised', confirm: 'kid' },
    ],
    [['grant-admin', PERSON, '--confirm=Ada'], { name: 'grant-admin', person: PERSON, confirm: 'Ada' }],
  ])('%j is a command', (args, command) => {
    expect(parseOperatorCommand(args)).toEqual(command);
  });

  it.each([
    [[]],
    [['drop']],
    [['show', 'all']],
    [['rotate-key', 'permit']],
    [['rotate-key', 'permit', 'bored']],
    [['rotate-key', 'permit', 'planned', 'now']],
    [['grant-admin']],
    [['grant-admin', 'Ada']],
    [['grant-admin', PERSON, '--yes']],
    [['grant-admin', PERSON, '--confirm']],
  ])('%j is none, and is told what is', (args) => {
    expect(() => parseOperatorCommand(args)).toThrow(UsageError);
    expect(() => parseOperatorCommand(args)).toThrow('grant-admin <per_...>');
  });

  it('is a command or a mistake, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (args) => {
        try {
          parseOperatorCommand(args);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});
