import { equalBytes } from './bytes.js';
import { verifyCheckpoint } from './checkpoint.js';
import { createNoteSigner } from './note.js';
import { createSequencer, type SequencerStorage } from './sequencer.js';
import { tilePath, type TileCoordinate } from './tile.js';

/** A store under test, empty, and the way in which the program around it stages an entry. */
export interface StorageUnderTest {
  readonly storage: SequencerStorage;
  /** Stages one entry; entries are staged one after another. @returns its commitment, 32 bytes */
  readonly stage: () => Promise<Uint8Array>;
}

/** What every {@link SequencerStorage} must keep; each case takes a fresh store and throws when it does not. */
export const SEQUENCER_STORAGE_CONTRACT: readonly {
  readonly name: string;
  readonly run: (under: StorageUnderTest) => Promise<void>;
}[] = [
  {
    name: 'starts without a head, entries or tiles',
    run: async ({ storage }) => {
      expectThat((await storage.readHead()) === null, 'a fresh store has no head');
      expectThat((await storage.readSequenced(0, 10)).length === 0, 'a fresh store has no entries');
      expectThat((await storage.assignIndexes(0, 10)) === 0, 'a fresh store has nothing staged');
      expectThat((await storage.readTile(tile(0, 0, 1))) === null, 'a fresh store has no tiles');
    },
  },
  {
    name: 'assigns indexes in staging order, within the limit, once',
    run: async ({ storage, stage }) => {
      const staged = [await stage(), await stage(), await stage()];
      expectThat((await storage.assignIndexes(0, 2)) === 2, 'two of three fit the limit');
      expectThat((await storage.assignIndexes(2, 2)) === 1, 'the third follows');
      expectThat((await storage.assignIndexes(3, 2)) === 0, 'nothing is assigned twice');
      const entries = await storage.readSequenced(0, 10);
      expectThat(
        entries.every(
          ({ index, commitment }, i) => index === i && equalBytes(commitment, staged[i] ?? new Uint8Array()),
        ),
        'entries come in staging order with their commitments',
      );
      expectThat((await storage.readSequenced(2, 10)).length === 1, 'reading starts where it is told');
      expectThat((await storage.readSequenced(0, 2)).length === 2, 'reading keeps the limit');
    },
  },
  {
    name: 'swaps the head only from the expected one',
    run: async ({ storage }) => {
      expectThat(!(await storage.swapHead('not the head', 'a')), 'a wrong expectation changes nothing');
      expectThat(await storage.swapHead(null, 'a'), 'the first head follows none');
      expectThat(!(await storage.swapHead(null, 'b')), 'the first head comes once');
      expectThat(await storage.swapHead('a', 'b'), 'the second follows the first');
      expectThat((await storage.readHead()) === 'b', 'the head is the last one swapped in');
    },
  },
  {
    name: 'lets only one of two racing swaps win',
    run: async ({ storage }) => {
      const won = await Promise.all([storage.swapHead(null, 'a'), storage.swapHead(null, 'b')]);
      expectThat(won.filter(Boolean).length === 1, 'exactly one of two concurrent swaps succeeds');
    },
  },
  {
    name: 'keeps tiles of every width, also when written twice',
    run: async ({ storage }) => {
      for (const width of [1, 2, 2, 256]) {
        await storage.writeTile(
          tile(0, 3, width),
          Uint8Array.from({ length: width * 32 }, (_, i) => i % 251),
        );
      }
      for (const width of [1, 2, 256]) {
        const bytes = await storage.readTile(tile(0, 3, width));
        expectThat(
          bytes?.length === width * 32 && bytes[31] === 31,
          `${tilePath(tile(0, 3, width))} reads back`,
        );
      }
      expectThat((await storage.readTile(tile(1, 3, 1))) === null, 'another level is another tile');
      expectThat((await storage.readTile(tile(0, 4, 1))) === null, 'another index is another tile');
    },
  },
  {
    name: 'carries a whole log, publishing again without harm',
    run: async ({ storage, stage }) => {
      const signer = createNoteSigner('contract.test/log', new Uint8Array(32).fill(7));
      const { runOnce } = createSequencer({ storage, signer, clock: () => 1_700_000_000, batchLimit: 10 });
      for (let i = 0; i < 30; i += 1) await stage();
      const sizes: number[] = [];
      for (let round = 0; round < 5; round += 1) sizes.push((await runOnce()).size);
      expectThat(String(sizes) === '10,20,30,30,30', `batches follow each other, got ${String(sizes)}`);
      const head = verifyCheckpoint((await storage.readHead()) ?? '', signer.verifier);
      await storage.publish(head, 1_700_000_001);
    },
  },
];

const tile = (level: number, index: number, width: number): TileCoordinate => ({ level, index, width });

function expectThat(condition: boolean, rule: string): void {
  if (!condition) throw new Error(`storage contract broken: ${rule}`);
}
