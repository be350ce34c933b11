/** One style sheet, no font or picture from elsewhere; readable on paper and by people who see no colour. */
export const REPORT_STYLE = `
:root { color-scheme: light; --ink: #16202b; --soft: #55636f; --line: #d5dce2; --paper: #fff; --wash: #f4f6f8;
  --authorised: #14663d; --not-authorised: #a3241d; --altered: #93420a; --unmarked: #4a5560; --inconclusive: #6b5200; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--wash); color: var(--ink); font: 16px/1.55 "Segoe UI", system-ui, -apple-system, "Noto Sans", Arial, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 3rem 3rem; background: var(--paper); min-height: 100vh; }
header p.kicker { margin: 0 0 1.25rem; color: var(--soft); font-size: .9rem; display: flex; justify-content: space-between; gap: 1rem; flex-wrap: wrap; }
h1 { margin: 0; font-size: 2.3rem; line-height: 1.15; letter-spacing: -.01em; }
h2 { margin: 2.4rem 0 .8rem; font-size: 1.15rem; border-bottom: 1px solid var(--line); padding-bottom: .35rem; }
h3 { margin: 0; font-size: 1rem; }
p { margin: .5rem 0; }
.verdict { display: grid; grid-template-columns: auto 1fr; gap: 1.25rem; align-items: start; padding: 1.5rem; border: 2px solid currentColor; border-radius: .6rem; }
.verdict .symbol { display: grid; place-items: center; width: 3.6rem; height: 3.6rem; border-radius: 50%; background: currentColor; font-size: 2rem; line-height: 1; }
.verdict .symbol span { color: var(--paper); }
.verdict p { color: var(--ink); font-size: 1.05rem; }
.authorised { color: var(--authorised); } .not-authorised { color: var(--not-authorised); } .altered { color: var(--altered); }
.unmarked { color: var(--unmarked); } .inconclusive { color: var(--inconclusive); }
ul.reasons { margin: .75rem 0 0; padding-left: 1.2rem; color: var(--ink); }
dl { display: grid; grid-template-columns: 11rem 1fr; gap: .35rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code, .hash { font: .84em/1.5 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; overflow-wrap: anywhere; }
ol.chain { list-style: none; margin: 0; padding: 0; counter-reset: link; }
ol.chain > li { counter-increment: link; position: relative; padding: 0 0 1.4rem 3rem; }
ol.chain > li::before { content: counter(link); position: absolute; left: 0; top: -.1rem; width: 1.9rem; height: 1.9rem; border-radius: 50%;
  border: 2px solid currentColor; display: grid; place-items: center; font-weight: 600; background: var(--paper); }
ol.chain > li:not(:last-child)::after { content: ""; position: absolute; left: .9rem; top: 1.9rem; bottom: .2rem; width: 2px; background: currentColor; opacity: .35; }
ol.chain h3, ol.chain p { color: var(--ink); }
ol.chain p { margin: .1rem 0; }
ol.chain p.hash, ol.chain .hash { color: var(--soft); }
figure { margin: 0; } figure svg { display: block; width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .4rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1rem; }
.pictures img { width: 100%; border: 1px solid var(--line); border-radius: .3rem; display: block; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; padding-right: 1.2rem; }
td.state { white-space: nowrap; font-weight: 600; } .passed { color: var(--authorised); } .failed { color: var(--not-authorised); } .skipped { color: var(--unmarked); }
td small { display: block; color: var(--soft); }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: .3rem; padding: .8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); padding-top: .8rem; }
@media (max-width: 40rem) { main { padding: 1.25rem; } dl { grid-template-columns: 1fr; } dt { margin-top: .5rem; } .verdict { grid-template-columns: 1fr; } }
@page { size: A4; margin: 18mm 16mm; }
@media print { body { background: none; font-size: 10.5pt; } main { padding: 0; max-width: none; } .verdict, ol.chain > li, tr, figure { break-inside: avoid; }
  h2 { break-after: avoid; } .verdict .symbol { print-color-adjust: exact; -webkit-print-color-adjust: exact; } figure svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; } thead { display: table-header-group; } }
`;
