import { performUnit, type Unit, type UnitContext } from './units.js';

/** A child of `runUnits`: does the units it is sent, one after another. */
process.on('message', ({ unit, context }: { unit: Unit; context: UnitContext }) => {
  performUnit(unit, context).then(
    (value) => process.send?.({ value }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});
