import { drawDisclosureLabel, type I420Frame } from '@guise/frame';
import type { VerifiedPermit, WearAuthorisation } from '@guise/permit';
import type { LabelPosition } from '@guise/protocol';
import type { PermitSource } from '@guise/runtime';
import { CliError } from '../cli-error.js';

/**
 * The disclosure label of a session, as its permit asks for it: the organisation's text, in the corner that the wearer
 * chose among the permitted ones, else in the first of them. It follows every renewal, so that a label that the
 * organisation changes is shown by running sessions as well.
 */
export class SessionLabel {
  private wear: WearAuthorisation;

  /** @throws CliError `gateShut` when the organisation does not let the label stand in the chosen corner */
  constructor(
    permit: VerifiedPermit,
    private readonly chosen: LabelPosition | null = null,
  ) {
    this.wear = permit.wear;
    const { label_positions: permitted } = this.wear;
    if (chosen !== null && !permitted.includes(chosen)) {
      throw new CliError(
        'gateShut',
        `your organisation does not let the label stand ${chosen}`,
        `Use --label-position ${permitted.join(' or ')}.`,
      );
    }
  }

  /** Burns it in, in place; false when the picture cannot carry it legibly. */
  readonly draw = (frame: I420Frame): boolean => {
    const { label, label_positions: permitted } = this.wear;
    const corner = permitted.find((one) => one === this.chosen) ?? permitted[0];
    return corner !== undefined && drawDisclosureLabel(frame, label, corner) !== null;
  };

  /** The same source; each permit that it brings says what the label is from then on. */
  following(source: PermitSource): PermitSource {
    return {
      ...source,
      renew: async () => {
        const permit = await source.renew();
        this.wear = permit.wear;
        return permit;
      },
    };
  }
}
