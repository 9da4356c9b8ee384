/** Of the report's page: for a screen and for paper alike. */
export const STYLE = `
:root { color-scheme: light; font: 16px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; color: #1a1a1a; background: #fff; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.5rem; }
h2 { font-size: 1.35rem; margin: 2.2rem 0 0.6rem; border-bottom: 1px solid #bbb; padding-bottom: 0.2rem; }
h3 { font-size: 1.05rem; margin: 1.3rem 0 0.3rem; }
p, ul { margin: 0.5rem 0; }
ul { padding-left: 1.3rem; }
.note, figcaption, caption { font-size: 0.88rem; color: #444; }
.synthetic { border: 2px solid #D55E00; padding: 0.6rem 1rem; font-size: 1.05rem; }
.warnings { border-left: 6px solid #E69F00; background: #fff8ea; padding: 0.1rem 1.2rem 0.6rem; margin: 1.2rem 0; }
.warnings h2 { border: 0; margin: 0.6rem 0 0.2rem; font-size: 1.1rem; }
.warnings.grave { border-left-color: #B00020; background: #fdecee; }
.warnings.grave li:first-child { font-weight: 700; }
table { border-collapse: collapse; margin: 0.8rem 0; font-size: 0.93rem; width: 100%; }
caption { text-align: left; margin-bottom: 0.3rem; }
th, td { text-align: left; vertical-align: top; padding: 0.28rem 0.8rem 0.28rem 0; border-bottom: 1px solid #ddd; font-variant-numeric: tabular-nums; }
thead th { border-bottom: 2px solid #999; }
tbody th { font-weight: 400; }
tr.few td, tr.few th { color: #666; font-style: italic; }
tr.alarm td, tr.alarm th { font-weight: 700; color: #B00020; }
tr.out th { padding-left: 1.5rem; }
figure { margin: 1rem 0; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; }
.narrow svg { max-width: 34rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1.2rem; align-items: start; }
.cases { display: grid; grid-template-columns: 1fr 1fr; gap: 1.2rem; }
.cases svg { width: 100%; background: #000; }
.not { border: 2px solid #1a1a1a; padding: 0 1.2rem 0.6rem; margin-top: 2.2rem; }
.not h2 { border: 0; margin-top: 0.8rem; }
@media (max-width: 46rem) { .pair, .cases { grid-template-columns: 1fr; } }
@media print { body { max-width: none; margin: 0; } h2 { break-after: avoid; } section { break-inside: auto; } tr { break-inside: avoid; } a { color: inherit; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
