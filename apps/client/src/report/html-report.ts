import type { VerificationReport } from '@guise/protocol';
import type { Check } from '@guise/verification';
import { html, joinHtml, NOTHING, trustedMarkup, type Html } from './markup.js';
import { REPORT_STYLE } from './style.js';
import { timelineFigure, timelineTable } from './timeline.js';
import { CHECK_WORDS, utcTime, VERDICT_WORDS } from './words.js';

export interface ReportPicture {
  readonly caption: string;
  readonly png: Uint8Array;
}

export interface HtmlReportInput {
  readonly report: VerificationReport;
  /** Outcome of the offline check of the proof; null when there is no proof to check. */
  readonly checks: readonly Check[] | null;
  readonly mediaName: string;
  /** Name of the authority whose trust root was used. */
  readonly issuer: string;
  readonly pictures?: readonly ReportPicture[];
}

/** The report as one self-contained page: no script, nothing loaded from elsewhere, made to be printed. */
export function renderHtmlReport(input: HtmlReportInput): string {
  const { report } = input;
  const title = `${VERDICT_WORDS[report.verdict].title}: ${input.mediaName}`;
  return html`${trustedMarkup('<!doctype html>')}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <style>
          ${trustedMarkup(REPORT_STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${header(input)} ${verdictSection(report)} ${picturesSection(input.pictures ?? [])}
          ${examinedSection(input)} ${chainSection(report)} ${timelineSection(report)} ${proofSection(input)}
          ${againSection(input)}
          <footer>
            Made by Guise from the answer of ${input.issuer} and the proof in it. The verdict holds for the
            file with the SHA-256 above and for no other. Times are UTC. Reference: <code>${report.id}</code>.
          </footer>
        </main>
      </body>
    </html> `.markup;
}

function header({ report, mediaName }: HtmlReportInput): Html {
  return html`<header>
    <p class="kicker"><span>Guise verification report</span><span>${utcTime(report.verifiedAt)}</span></p>
    <p class="kicker"><span>${mediaName}</span></p>
  </header>`;
}

function verdictSection({ verdict, reasons }: VerificationReport): Html {
  const { title, meaning, symbol } = VERDICT_WORDS[verdict];
  const list = reasons.map(({ message }) => html`<li>${message}</li>`);
  return html`<section class="verdict ${verdict}" aria-labelledby="verdict">
    <div class="symbol" aria-hidden="true"><span>${symbol}</span></div>
    <div>
      <h1 id="verdict">${title}</h1>
      <p>${meaning}</p>
      ${
        list.length === 0
          ? NOTHING
          : html`<ul class="reasons">
              ${list}
            </ul>`
      }
    </div>
  </section>`;
}

function picturesSection(pictures: readonly ReportPicture[]): Html {
  if (pictures.length === 0) return NOTHING;
  const figures = pictures.map(({ caption, png }) => {
    const source = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    return html`<figure>
      <img src="${source}" alt="${caption}" />
      <figcaption>${caption}</figcaption>
    </figure>`;
  });
  return html`<h2>The material</h2>
    <div class="pictures">${figures}</div>`;
}

function examinedSection({ report, mediaName }: HtmlReportInput): Html {
  const { detection } = report;
  const confidence =
    detection.confidenceLog10 === null
      ? 'no mark found'
      : `mark found; the chance that unmarked material looks like this is below 10${superscript(Math.max(FLOOR_LOG10, Math.ceil(detection.confidenceLog10)))}`;
  return html`<h2>What was examined</h2>
    <dl>
      <dt>File</dt>
      <dd>${mediaName}</dd>
      <dt>SHA-256</dt>
      <dd class="hash">${report.mediaSha256}</dd>
      <dt>Invisible mark</dt>
      <dd>${confidence}</dd>
    </dl>`;
}

/** Smaller bounds come out of the formula, but mean nothing beside the chance of a faulty computer. */
const FLOOR_LOG10 = -30;

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function superscript(value: number): string {
  const digits = String(Math.abs(value)).replace(/\d/g, (digit) => SUPERSCRIPTS.charAt(Number(digit)));
  return `${value < 0 ? '⁻' : ''}${digits}`;
}

function chainSection({ facts, verdict }: VerificationReport): Html {
  if (facts === null) return NOTHING;
  const { consent, approvals, permit, avatar, wearer } = facts;
  const approvalLines = approvals.map(
    ({ id, approver, sha256 }) => html`<p>${approver} <span class="hash">${id} · ${sha256}</span></p>`,
  );
  const links: readonly Html[] = [
    html`<h3>Consent of the face’s owner</h3>
      <p>Given by ${consent.subject} on ${utcTime(consent.givenAt)}, signed with a passkey.</p>
      <p class="hash">${consent.id} · ${consent.sha256}</p>`,
    html`<h3>
        ${approvals.length === 1 ? 'Approval' : `${String(approvals.length)} approvals`}, each signed with a
        passkey
      </h3>
      ${approvalLines}`,
    html`<h3>Avatar “${avatar.name}” (${avatar.kind})</h3>
      <p class="hash">${avatar.id} · ${avatar.sha256}</p>`,
    html`<h3>Permit for ${wearer.displayName}</h3>
      <p>
        For the purpose “${permit.purpose}”, last issued ${utcTime(permit.iat)}, valid until
        ${utcTime(permit.exp)}, bound to device <code>${facts.device}</code>.
      </p>
      <p class="hash">${permit.jti}</p>`,
    html`<h3>Session in which these pictures were rendered</h3>
      <p class="hash">${facts.session}</p>`,
  ];
  return html`<h2>Who allowed what</h2>
    <ol class="chain ${verdict}">
      ${links.map((link) => html`<li>${link}</li>`)}
    </ol>`;
}

function timelineSection({ timeline, coverage }: VerificationReport): Html {
  if (timeline.length === 0) return NOTHING;
  return html`<h2>Second by second</h2>
    ${timelineFigure(timeline, coverage)}${timelineTable(timeline)}
    <p>
      <small
        >Distance: how far the picture is from the evidence the device signed, 0 (same) to 64; about 32 is a
        different picture. Face: the same of the face, 0 to 256, where one was recorded. Shown: where in the
        frame the marked picture lies; nothing else in it is vouched for. Tag: strength of the mark that only
        that second’s key can draw, in standard deviations.</small
      >
    </p>`;
}

const STATES = { passed: '✓ holds', failed: '✗ fails', skipped: '– not made' } as const;

function proofSection({ checks, issuer, report }: HtmlReportInput): Html {
  if (checks === null) {
    return html`<h2>Proof</h2>
      <p>There is no proof to check: it exists only where a mark leads to a session.</p>`;
  }
  const rows = checks.map(
    ({ name, state, detail }) =>
      html`<tr>
        <td class="state ${state}">${STATES[state]}</td>
        <td>${CHECK_WORDS[name]}<small>${detail} (<code>${name}</code>)</small></td>
      </tr>`,
  );
  const failed = checks.filter(({ state }) => state === 'failed').length;
  const summary =
    failed === 0
      ? 'Every check below was made by this program from the proof alone, without asking anybody.'
      : `${String(failed)} of ${String(checks.length)} checks failed: the proof must not be relied on.`;
  return html`<h2>Proof, checked independently</h2>
    <p>${summary} Trust root: ${issuer}. Session ${report.proof === null ? '–' : report.proof.session}.</p>
    <table>
      <thead>
        <tr>
          <th scope="col">Result</th>
          <th scope="col">What it establishes</th>
        </tr>
      </thead>
      <tbody>
        ${joinHtml(rows)}
      </tbody>
    </table>`;
}

function againSection({ report, mediaName }: HtmlReportInput): Html {
  if (report.proof === null) return NOTHING;
  return html`<h2>Check it yourself</h2>
    <p>
      You need the file, the JSON report that came with this page, and the trust root of the organisation,
      received by a way you trust.
    </p>
    <pre>guise verify ${mediaName} --bundle report.json --trust guise-trust.json</pre>`;
}
